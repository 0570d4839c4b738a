import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginAgreed, draw, startCapture, who } from '../../../support/benches/capture-bench.js';
import type { openPage } from '../../../support/benches/capture-page.js';
import { photoPolicy } from '../../../support/benches/core.js';
import {
  certify,
  createIssuer,
  createWallet,
  type Licence,
  mdl,
  pid,
  readRequest,
  signStatusList,
  toPem,
} from '../../../support/fakes/digital-wallet.js';
import { createMemoryProfile } from '../../../support/fakes/simulated-profile.js';
import { type ApiServer, toForm } from '../../../support/servers/api-server.js';
import { problemsOf } from '../../config/problem.js';
import type { Connection, PhotoPolicy } from '../../core/connection.js';
import { fromIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { createPresentedDocuments } from './presented.js';

/*
 * Digital documents of another library over HTTP: which count, in the browser and by a link, and what an enrolment then
 * rests on.
 */

const { root, signer, licence, toConfig } = await createIssuer();
const access = await certify('Example Access');

const names = { given_name: 'Ada', family_name: 'Lovelace', birthdate: '1990-02-03' };
const statusUri = 'https://status.example/1';
let server: ApiServer;
let wallet: ReturnType<typeof createWallet>;
/** Reply of the server of status lists. */
let statusList: Uint8Array | null;

async function start(
  documents: object = {},
  photo: Partial<PhotoPolicy> = {},
  kinds: readonly string[] = ['mdl', 'pid'],
): Promise<void> {
  wallet = createWallet((address, init) => fetch(toSocket(String(address)), init));
  statusList = null;
  const request = { certificate: access.pem, privateKey: toPem(access.key) };
  const config = toConfig({ request, ...documents }, kinds);
  const sectionsOf = new Map([['acme', { documents: config }]]);
  const started = await startCapture({ photo: { ...photoPolicy, source: 'document', ...photo } }, { sectionsOf });
  ({ server } = started);
  const publicFetch = async () => new Response(statusList && Uint8Array.from(statusList));
  const ports = { ...server.deps, publicFetch };
  started.profile.details.set('00u1', names);
  const connection: Connection = started.acme;
  const reader = createPresentedDocuments(config, { id: 'acme', profile: connection.profile }, ports);
  started.connections.set('acme', { ...connection, documents: reader });
}
beforeEach(() => start());
afterEach(() => server.stop());

/** Returns where the test reaches an address of the server. */
const toSocket = (address: string): string => address.replace(server.deps.issuer, server.origin);
const invite = async (): Promise<ReturnType<typeof openPage>> => (await beginAgreed(server, {}, '/invitations')).page;

/** Sends a response, or asks for one that an app sent. */
const present = (page: ReturnType<typeof openPage>, response?: string) =>
  server.postForm('/face/document', toForm(response === undefined ? {} : { document: Buffer.from(response) }), {
    authorization: `Bearer ${page.session}`,
  });

interface AskedDocument {
  readonly protocol: string;
  readonly data: object;
  readonly link: string | null;
}
async function ask(page: ReturnType<typeof openPage>): Promise<AskedDocument> {
  const { status, body } = await page.post('/face/document/request', {});
  expect(status).toBe(201);
  return body as unknown as AskedDocument;
}

/** Presents a document in the browser. @returns the response, and what the server found */
async function show(page: ReturnType<typeof openPage>, document: Licence, origin = server.deps.issuer) {
  const response = await wallet.answerBrowser(await ask(page), origin, document);
  const { body } = await present(page, response);
  return { response, hint: body.hint };
}
const hintOf = async (document: Licence) => (await show(await invite(), document)).hint;
const compared = () =>
  server.audit.events.flatMap(({ action, detail }) => (action === 'company_photo_compared' ? [detail] : []));

test('an enrolment with the person’s own document passes; receipts, records and the trail name issuer and kind', async () => {
  const page = await invite();
  const { response, hint } = await show(page, licence());
  expect(hint).toBeNull();
  expect((await page.check(draw('ada'), { document: Buffer.from(response) })).body.outcome).toBe('passed');
  const document = { issuer: 'Utopia Roads', kind: 'mdl' };
  expect(compared()).toEqual([{ stepUpId: expect.any(String), code: null, refused: false, document }]);
  expect(server.audit.events.find(({ action }) => action === 'enrolled')?.detail).toMatchObject({
    proof: 'document',
    document,
  });
  const later = await beginAgreed(server, { audience: 'https://app.example.com', nonce: 'n-1' });
  const { receipt } = (await later.page.check(draw('ada'))).body;
  expect(decodeJwt(String(receipt))).toMatchObject({ enrolment_proof: 'document', enrolment_document: document });
});

test('the request names the elements that are compared, and the other library can read it', async () => {
  const { protocol, data } = await ask(await invite());
  expect(protocol).toBe('openid4vp-v1-signed');
  expect(await readRequest(data)).toMatchObject({
    client_id: expect.stringMatching(/^x509_hash:/),
    expected_origins: [server.deps.issuer],
    response_mode: 'dc_api.jwt',
    dcql_query: {
      credentials: [
        {
          meta: { doctype_value: mdl.docType },
          claims: ['portrait', 'family_name', 'given_name'].map((element) => ({
            path: [mdl.namespace, element],
            intent_to_retain: false,
          })),
        },
        { meta: { doctype_value: pid.docType } },
      ],
    },
  });
});

test('without a certificate, requests are not signed and have no link', async () => {
  await server.stop();
  await start({ request: null });
  const page = await invite();
  expect(await ask(page)).toMatchObject({ protocol: 'openid4vp-v1-unsigned', link: null });
  expect((await show(page, licence())).hint).toBeNull();
});

test('person identification data counts, and its extended key usage is free', async () => {
  const other = await certify('Utopia Signer 2', { issuer: root, usage: '1.2.3' });
  expect(await hintOf(licence({ kind: pid, signer: other }))).toBeNull();
  expect(await hintOf(licence({ kind: mdl, signer: other }))).toBe('document_untrusted');
  const reader = await certify('Utopia Reader', { issuer: root, usage: '1.0.18013.5.1.6' });
  expect(await hintOf(licence({ kind: pid, signer: reader }))).toBe('document_untrusted');
});

describe('by a link', () => {
  test('the response of an app is taken once, and then rests with the page', async () => {
    const page = await invite();
    const { link } = await ask(page);
    const poll = async () => (await present(page)).body;
    expect(await poll()).toMatchObject({ response: null, hint: null });
    const place = toSocket(String(new URL(String(link)).searchParams.get('request_uri')));
    const garbage = { method: 'POST', body: new URLSearchParams({ response: 'garbage' }) };
    expect((await fetch(place, garbage)).status).toBe(400);
    expect(await wallet.answerLink(String(link), licence())).toBe(200);
    expect(await wallet.answerLink(String(link), licence())).toBe(404);
    const { response, hint } = await poll();
    expect(hint).toBeNull();
    expect((await poll()).response).toBeNull();
    expect((await page.check(draw('ada'), { document: Buffer.from(String(response)) })).body.outcome).toBe('passed');
  });

  test('an address that was not made, or another secret, is refused', async () => {
    const { link } = await ask(await invite());
    const uri = toSocket(String(new URL(String(link)).searchParams.get('request_uri')));
    for (const wrong of [
      uri.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      uri.replace(/documents\/acme\/./, 'documents/acme/_'),
    ]) {
      expect((await fetch(wrong)).status).toBe(404);
      expect((await fetch(wrong, { method: 'POST', body: new URLSearchParams({ response: 'x' }) })).status).toBe(404);
    }
  });

  test('a response that is too large is refused', async () => {
    const { link } = await ask(await invite());
    const uri = toSocket(String(new URL(String(link)).searchParams.get('request_uri')));
    const body = new URLSearchParams({ response: 'x'.repeat(256 * 1024 + 2000) });
    expect((await fetch(uri, { method: 'POST', body })).status).toBe(413);
  });
});

describe('is refused, with the reason for the person:', () => {
  test.each<[string, string, () => Promise<Partial<Licence>> | Partial<Licence>]>([
    ['an expired document', 'document_expired', () => ({ from: new Date('2021-01-01'), to: new Date('2022-01-01') })],
    ['a document of the future', 'document_expired', () => ({ from: new Date('2070-01-01') })],
    [
      'an issuer that is not named',
      'document_untrusted',
      async () => {
        const stranger = await certify('Utopia Roads');
        return { signer: await certify('Utopia Signer 1', { issuer: stranger }) };
      },
    ],
    [
      'a certificate that has signed itself',
      'document_untrusted',
      async () => ({ signer: await certify('Utopia Signer 1') }),
    ],
    ['the root itself as signer', 'document_untrusted', () => ({ signer: root })],
    [
      'an expired certificate',
      'document_untrusted',
      async () => ({
        signer: await certify('Old', { issuer: root, from: new Date('2020-01-01'), to: new Date('2025-06-01') }),
      }),
    ],
    ['another family name', 'document_of_another', () => ({ family: 'Byron' })],
    ['another given name', 'document_of_another', () => ({ given: 'Augusta' })],
    ['a portrait without a face', 'document_portrait', () => ({ portrait: Buffer.from('wall') })],
    ['a portrait that is too small', 'document_portrait', () => ({ portrait: Buffer.from('speck') })],
    ['a portrait in another format', 'document_portrait', () => ({ portrait: Buffer.from('prose') })],
  ])('%s', async (_, hint, more) => {
    expect(await hintOf(licence(await more()))).toBe(hint);
  });

  test('another origin, the nonce of another check, and a key that is not the device’s', async () => {
    expect((await show(await invite(), licence(), 'https://evil.example')).hint).toBe('document_invalid');
    const one = await invite();
    const other = await invite();
    const { response } = await show(one, licence());
    expect((await present(other, response)).body.hint).toBe('document_invalid');
    const thief = createWallet();
    const vp = await readRequest((await ask(one)).data);
    const way = { kind: 'browser', origin: server.deps.issuer } as const;
    const stolen = await wallet.present([licence()], await wallet.transcriptOf(way, vp), { key: thief.deviceKey });
    const sent = await wallet.encrypt(vp, { mdl: [stolen.toString('base64url')] });
    expect((await present(one, sent)).body.hint).toBe('document_invalid');
  });

  test('a document that was presented to another site, even if the signed data is attached to the signature', async () => {
    const page = await invite();
    const vp = await readRequest((await ask(page)).data);
    const elsewhere = { kind: 'browser', origin: 'https://evil.example' } as const;
    const shown = await wallet.present([licence()], await wallet.transcriptOf(elsewhere, vp), { isAttached: true });
    const sent = await wallet.encrypt(vp, { mdl: [shown.toString('base64url')] });
    expect((await present(page, sent)).body.hint).toBe('document_invalid');
  });

  test('two documents, two presentations, another kind, and what is no document', async () => {
    const page = await invite();
    const vp = await readRequest((await ask(page)).data);
    const transcript = await wallet.transcriptOf({ kind: 'browser', origin: server.deps.issuer }, vp);
    const one = (await wallet.present([licence()], transcript)).toString('base64url');
    const two = (await wallet.present([licence(), licence({ kind: pid })], transcript)).toString('base64url');
    for (const presented of [
      { mdl: [two] },
      { mdl: [one, one] },
      { mdl: [one], pid: [one] },
      { pid: [one] },
      { mdl: ['AAAA'] },
      {},
    ]) {
      const document = await wallet.encrypt(vp, presented);
      expect((await present(page, document)).body.hint).toBe('document_invalid');
    }
    expect((await present(page, 'no JWE')).body.hint).toBe('document_invalid');
  });

  test('a kind that does not count here', async () => {
    await server.stop();
    await start({}, {}, ['pid']);
    expect(await hintOf(licence())).toBe('document_untrusted');
  });

  test('another date of birth, if it is compared', async () => {
    expect(await hintOf(licence({ born: '1991-02-03' }))).toBeNull();
    await server.stop();
    await start({ birthdate: true });
    expect(await hintOf(licence({ born: '1991-02-03' }))).toBe('document_of_another');
    expect(await hintOf(licence())).toBeNull();
  });
});

test.each([
  ['relaxed', 'ADA Augusta', 'Lovelace', null],
  ['relaxed', 'Ada', 'Love-Lace', null],
  ['relaxed', 'Ada', 'Lövelace', null],
  ['relaxed', 'がく', 'Lovelace', 'document_of_another'],
  ['exact', 'Ada', 'Lovelace', null],
  ['exact', 'Ada Augusta', 'Lovelace', 'document_of_another'],
  ['exact', 'ADA', 'Lovelace', 'document_of_another'],
])('names that are compared %s: a document of %s %s', async (mode, given, family, hint) => {
  await server.stop();
  await start({ names: mode });
  expect(await hintOf(licence({ given, family }))).toBe(hint);
});

describe('a document with a status list', () => {
  const status = new Map<string, unknown>([
    [
      'status_list',
      new Map<string, unknown>([
        ['idx', 9],
        ['uri', statusUri],
      ]),
    ],
  ]);
  const listOf = (revoked: readonly number[]): Buffer => {
    const bits = Buffer.alloc(8);
    for (const at of revoked) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    return deflateSync(bits);
  };
  const publish = (
    lst: Uint8Array,
    more: Partial<{ signer: typeof signer; expiresAt: number; uri: string }> = {},
  ): void => {
    const { uri = statusUri, expiresAt = fromIso('2080-01-01') / 1000 } = more;
    statusList = signStatusList(uri, lst, { signer: more.signer ?? signer, expiresAt });
  };

  test('counts while it is not revoked', async () => {
    publish(listOf([8, 10]));
    expect(await hintOf(licence({ status }))).toBeNull();
    publish(listOf([9]));
    expect(await hintOf(licence({ status }))).toBe('document_revoked');
  });

  test('is refused while its status is not known', async () => {
    expect(await hintOf(licence({ status }))).toBe('document_unchecked');
    publish(listOf([]), { expiresAt: 1 });
    expect(await hintOf(licence({ status }))).toBe('document_unchecked');
    publish(listOf([]), { uri: 'https://status.example/2' });
    expect(await hintOf(licence({ status }))).toBe('document_unchecked');
    publish(listOf([]), { signer: await certify('Stranger', { issuer: await certify('Other') }) });
    expect(await hintOf(licence({ status }))).toBe('document_unchecked');
    const identifiers = new Map<string, unknown>([['identifier_list', new Map()]]);
    expect(await hintOf(licence({ status: identifiers }))).toBe('document_unchecked');
  });

  test('that is revoked before the pictures arrive is not enrolled', async () => {
    publish(listOf([]));
    const page = await invite();
    const { response, hint } = await show(page, licence({ status }));
    expect(hint).toBeNull();
    publish(listOf([9]));
    const { body } = await page.check(draw('ada'), { document: Buffer.from(response) });
    expect(body).toMatchObject({ outcome: 'try_again', hint: 'document_revoked', view: { triesLeft: 3 } });
    expect(compared()).toMatchObject([{ code: 'company_photo_invalid', reason: 'document_revoked', refused: true }]);
  });
});

test('another person with the document costs tries, and nothing is enrolled', async () => {
  const page = await invite();
  const { response } = await show(page, licence());
  for (const triesLeft of [2, 1]) {
    const { body } = await page.check(draw('eve'), { document: Buffer.from(response) });
    expect(body).toMatchObject({ outcome: 'try_again', hint: 'document_unlike', view: { triesLeft } });
  }
  expect((await page.check(draw('eve'), { document: Buffer.from(response) })).body.outcome).toBe('failed');
  expect(server.audit.events.filter(({ action }) => action === 'enrolled')).toEqual([]);
});

test('pictures without a document are refused, and with one of another check', async () => {
  const page = await invite();
  expect((await page.get('/face/session')).body.view).toMatchObject({
    document: 'needed',
    companyPhotoCompared: false,
  });
  expect((await page.check(draw('ada'))).body.code).toBe('company_photo_missing');
  const { response } = await show(await invite(), licence());
  expect((await page.check(draw('ada'), { document: Buffer.from(response) })).body.hint).toBe('document_invalid');
});

test('in shadow mode, an enrolment is possible without a document', async () => {
  await server.stop();
  await start({}, { mode: 'shadow' });
  const page = await invite();
  expect((await page.get('/face/session')).body.view).toMatchObject({ document: 'offered' });
  expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
  expect(compared()).toEqual([{ stepUpId: expect.any(String), code: 'company_photo_missing', refused: false }]);
});

test('after twelve documents, each of which is recorded, an enrolment accepts no other', async () => {
  const page = await invite();
  const look = async () => (await present(page, 'no JWE')).body;
  for (let at = 0; at < 12; at += 1) expect((await look()).hint).toBe('document_invalid');
  expect((await look()).code).toBe('step_up_finished');
  const refused = { code: 'company_photo_invalid', refused: true, reason: 'document_invalid' };
  expect(compared()).toEqual(Array.from({ length: 12 }, () => expect.objectContaining(refused)));
});

test('a check that is no enrolment has no document', async () => {
  const { page } = await beginAgreed(server, { ...who });
  expect((await page.post('/face/document/request', {})).body.code).toBe('not_found');
  expect((await present(page, 'x')).body.code).toBe('not_found');
});

test('a connection without an attribute for the names is refused, and the reload names it', () => {
  const profile = { ...createMemoryProfile([]), claimNames: new Set(['given_name']) };
  expect(() =>
    createPresentedDocuments(toConfig(), { id: 'acme', profile }, { ...server.deps, publicFetch: fetch }),
  ).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  const error = new FaceError('config_invalid', { connection: 'acme', claim: 'family_name', reason: 'x' });
  expect(problemsOf(error)).toEqual([{ path: 'connections.acme.family_name', reason: 'x' }]);
});
