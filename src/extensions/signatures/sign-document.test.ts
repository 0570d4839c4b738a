import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, flattenedVerify } from 'jose';
import { signatureAudience } from '../../../client/signature-header.js';
import { createSignatureVerifier, SignatureError, signatureErrorText } from '../../../client/signature-verifier.js';
import { draw, enrolByApi, startCapture } from '../../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../../support/benches/capture-page.js';
import { runExample } from '../../../support/run/example.js';
import { createFolder } from '../../../support/run/folder.js';
import { type ApiServer, toForm } from '../../../support/servers/api-server.js';
import type { JsonObject } from '../../core/base/json.js';
import { createSignCommand, createVerifySignatureCommand } from './commands.js';

/* A document from its digest to its signature, over the REST API and by the commands; and everything that does not hold. */

let server: ApiServer;
let auth: { 'x-auth-token': string };
const contract = Buffer.from('%contract\r\n\0\xff of November', 'latin1');
const other = Buffer.from('another contract');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const actionOf = (bytes: Uint8Array, more: JsonObject = {}): JsonObject => ({
  type: 'facestep_action',
  title: 'Sign the contract',
  document: { name: 'contract.txt', digest: sha256(bytes) },
  ...more,
});

beforeEach(async () => {
  ({ server, auth } = await startCapture({}, {}, ['ada', 'eve']));
  for (const subject of ['ada', 'eve']) await enrolByApi(server, subject, subject);
});

/** Someone opens the page of a step-up and shows their face. @returns the receipt */
async function pass(url: string, person = 'ada'): Promise<string> {
  const opened = await openLink(server, url);
  const page = openPage(server, String(opened.body.session));
  await page.consent();
  const { action } = opened.body.view as { action: { digest: string } | null };
  const { nonce, photos } = await page.takeFrames(draw(person), action === null ? {} : { action: action.digest });
  return String((await page.send({ nonce, photo: photos })).body.receipt);
}

async function approve(action: JsonObject, { subject = 'ada', audience = signatureAudience } = {}): Promise<string> {
  const { body } = await server.postJson('/step-ups', { connection: 'acme', subject, audience, action }, auth);
  return pass(String(body.url), subject);
}

const sign = (receipt: string, document: Uint8Array = contract, subject = 'ada', caller = auth) =>
  server.postForm('/signatures', toForm({ connection: 'acme', subject, receipt, document }), caller);
const signed = async (document = contract): Promise<string> =>
  String((await sign(await approve(actionOf(document)), document)).body.signature);
const verifier = async (issuer = server.deps.issuer) =>
  createSignatureVerifier({ issuer, keys: { keys: await server.deps.signer.publicKeys() } });

test('an approved document is signed, and the signature states who approved it, when and what', async () => {
  const receipt = await approve(actionOf(contract));
  const { status, body } = await sign(receipt);
  expect(status).toBe(201);
  const held = await (await verifier()).verify(contract, String(body.signature), {
    connection: 'acme',
    subject: 'ada',
  });
  expect(held).toMatchObject({ approval: { sub: 'ada', acr: 'face', action: actionOf(contract) } });
  expect(held.signedAt).toBe(Math.floor(server.clock.now() / 1000));
  expect(server.audit.events).toContainEqual(
    expect.objectContaining({
      action: 'document_signed',
      connection: 'acme',
      subject: 'ada',
      detail: expect.objectContaining({ document: sha256(contract) }),
    }),
  );
  expect(server.log.text() + JSON.stringify(server.audit.events)).not.toContain('contract.txt');
});

test('the signature is a detached JWS over the file that any JOSE library verifies, with the approval in its header', async () => {
  const [head = '', between, signature = ''] = (await signed()).split('.');
  expect(between).toBe('');
  const keys = createLocalJWKSet({ keys: JSON.parse(JSON.stringify(await server.deps.signer.publicKeys())) });
  const jws = { protected: head, payload: contract, signature };
  const { protectedHeader } = await flattenedVerify(jws, keys, { crit: { sigD: true } });
  expect(protectedHeader).toMatchObject({
    alg: 'ES256',
    typ: 'facestep-signature+jose',
    b64: false,
    crit: ['b64', 'sigD'],
    sigD: { mId: 'http://uri.etsi.org/19182/ObjectIdByURI', pars: ['contract.txt'] },
  });
  expect(decodeJwt(String(protectedHeader?.approval))).toMatchObject({ sub: 'ada', action: actionOf(contract) });
});

describe('signing is refused for', () => {
  const refusalOf = async (asked: ReturnType<typeof sign>): Promise<unknown> => (await asked).body.code;

  test('a file other than the approved one, or an approval without a file', async () => {
    expect(await refusalOf(sign(await approve(actionOf(contract)), other))).toBe('document_changed');
    const { document: _, ...rest } = actionOf(contract);
    expect(await refusalOf(sign(await approve(rest)))).toBe('document_changed');
  });

  test('a second document with one approval, while the same document can be signed again', async () => {
    const receipt = await approve(actionOf(contract));
    expect((await sign(receipt)).status).toBe(201);
    expect((await sign(receipt)).status).toBe(201);
    expect(await refusalOf(sign(receipt, other))).toBe('document_changed');
  });

  test('the approval of another user', async () => {
    expect(await refusalOf(sign(await approve(actionOf(contract), { subject: 'eve' })))).toBe('receipt_invalid');
  });

  test('a sign-in receipt, or an approval for another audience', async () => {
    const about = { connection: 'acme', subject: 'ada', audience: signatureAudience };
    const { body } = await server.postJson('/step-ups', about, auth);
    expect(await refusalOf(sign(await pass(String(body.url))))).toBe('receipt_invalid');
    const elsewhere = await approve(actionOf(contract), { audience: 'https://shop.example.com' });
    expect(await refusalOf(sign(elsewhere))).toBe('receipt_invalid');
  });

  test('an expired approval', async () => {
    const receipt = await approve(actionOf(contract));
    server.clock.advanceSec(121);
    expect(await refusalOf(sign(receipt))).toBe('receipt_invalid');
  });

  test('a client of another tenant', async () => {
    const stranger = { 'x-auth-token': (await server.issue(undefined, 'elsewhere')).token };
    expect(await refusalOf(sign(await approve(actionOf(contract)), contract, 'ada', stranger))).toBe(
      'connection_unknown',
    );
  });
});

describe('a signature is invalid', () => {
  const held = async (document: Uint8Array, text: string, expected = {}, issuer?: string) =>
    (await verifier(issuer)).verify(document, text, expected);
  const signature = (code: keyof typeof signatureErrorText) => ({
    name: 'SignatureError',
    code,
    message: signatureErrorText[code],
  });

  test('for another file, or with an added byte', async () => {
    const text = await signed();
    await expect(held(other, text)).rejects.toMatchObject(signature('signature'));
    await expect(held(contract, await signed(other))).rejects.toMatchObject(signature('signature'));
    await expect(held(Buffer.concat([contract, Buffer.from('\n')]), text)).rejects.toBeInstanceOf(SignatureError);
  });

  test('with a changed name, or the approval of another document', async () => {
    const [head = '', , mark] = (await signed()).split('.');
    const header = decodeProtectedHeader({ protected: head }) as JsonObject;
    const changed = Buffer.from(JSON.stringify({ ...header, sigD: {} })).toString('base64url');
    await expect(held(contract, `${changed}..${mark}`)).rejects.toMatchObject(signature('signature'));
    // Even signed by the very key, as by someone inside: the approval is of the document, or it is none.
    const { alg: _, kid: __, typ: ___, ...members } = header;
    const inside = async (more: JsonObject) =>
      server.deps.signer.signDetached('facestep-signature+jose', { ...members, ...more }, contract);
    await expect(held(contract, await inside({ approval: await approve(actionOf(other)) }))).rejects.toMatchObject(
      signature('document'),
    );
    const late = { iat: Number(header.iat) + 200 };
    await expect(held(contract, await inside(late))).rejects.toMatchObject({ name: 'ReceiptError', code: 'expired' });
    await expect(held(contract, await inside({ subject: 'ada' }))).rejects.toMatchObject(signature('malformed'));
    const named = { sigD: { mId: 'http://uri.etsi.org/19182/ObjectIdByURI', pars: ['another.txt'] } };
    await expect(held(contract, await inside(named))).rejects.toMatchObject(signature('document'));
  });

  test('for another person, connection, issuer or text than expected', async () => {
    const text = await signed();
    for (const [expected, code] of [
      [{ subject: 'eve' }, 'subject'],
      [{ connection: 'other' }, 'connection'],
      [{ action: actionOf(contract, { title: 'Sign nothing' }) }, 'action'],
    ] as const) {
      await expect(held(contract, text, expected)).rejects.toMatchObject({ name: 'ReceiptError', code });
    }
    await expect(held(contract, text, {}, 'https://face.example.net')).rejects.toMatchObject({ code: 'issuer' });
  });

  test('if it is malformed or contains a payload', async () => {
    const [head, , mark] = (await signed()).split('.');
    const attached = `${head}.${contract.toString('base64url')}.${mark}`;
    for (const text of [attached, `${head}.${mark}`, '', `${head}..${mark}.`, 'x'.repeat(40_000)]) {
      await expect(held(contract, text)).rejects.toMatchObject(signature('malformed'));
    }
    await expect(held(contract, `x..${mark}`)).rejects.toMatchObject(signature('signature'));
    const receipt = await approve(actionOf(contract));
    const [receiptHead, , receiptMark] = receipt.split('.');
    await expect(held(contract, `${receiptHead}..${receiptMark}`)).rejects.toMatchObject(signature('signature'));
  });
});

describe('the commands', () => {
  const top = createFolder('signatures');
  let folder: string;
  let lines: string[];
  let told: string[];
  let code: number;
  beforeEach(async () => {
    folder = join(top, randomUUID());
    mkdirSync(folder);
    writeFileSync(join(folder, 'contract.txt'), contract);
    writeFileSync(join(folder, 'client-token'), auth['x-auth-token']);
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: await server.deps.signer.publicKeys() }));
    [lines, told, code] = [[], [], 0];
  });
  const at = (name: string): string => join(folder, name);
  const deps = (onTold: (line: string) => void = () => {}, fetch: unknown = null) =>
    ({
      fetch,
      clock: server.clock,
      log: server.log,
      untilStopped: () => new Promise(() => {}),
      print: (line: string) => void lines.push(line),
      printError: (line: string) => onTold(told[told.push(line) - 1]!),
      endWith: (ended: number) => {
        code = ended;
      },
    }) as never;

  async function signFile(): Promise<void> {
    const asked = ['--connection', 'acme', '--subject', 'ada', '--client-token-file', at('client-token')];
    const shown = (line: string) => void pass(line.replace('For the person who approves it: ', ''));
    const command = createSignCommand(deps(shown, fetch)).exitOverride();
    await command.parseAsync([at('contract.txt'), ...asked, '--url', server.origin], { from: 'user' });
  }
  const check = (...more: string[]) =>
    createVerifySignatureCommand(deps()).parseAsync(
      [at('contract.txt'), '--jwks', at('jwks.json'), '--issuer', server.deps.issuer, ...more],
      { from: 'user' },
    );

  test('sign a file that the user approves, and verify the signature offline', async () => {
    await signFile();
    expect(lines).toEqual([`Signed: ${at('contract.txt.jws')}`]);
    await check('--connection', 'acme', '--subject', 'ada');
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^The signature is valid\. https:\/\/face\.example\.com created it on 20/),
      expect.stringMatching(/^Approved by a face check of ada \(acme\) on 20.*, who was shown:$/),
      '  Sign this document',
      '  contract.txt',
    ]);
    expect([told.length, code]).toEqual([1, 0]);
    await check('--subject', 'eve');
    expect(told.at(-1)).toBe('The signature is invalid. The receipt is about another person.');
    writeFileSync(at('contract.txt'), 'changed');
    code = 0;
    await check();
    expect(told.at(-1)).toContain('the file was changed');
    expect(code).toBe(1);
    const known = readFileSync(at('contract.txt.jws'), 'utf8');
    expect(known.split('.')).toHaveLength(3);
  });
});

test('the example of createSignatureVerifier returns the approval', async () => {
  const keys = { keys: await server.deps.signer.publicKeys() };
  const given = { createSignatureVerifier, keys, document: contract, signature: await signed() };
  const approval = await runExample('client/signature-verifier.ts', 'createSignatureVerifier', given, 'approval');
  expect(approval).toMatchObject({ sub: 'ada', acr: 'face' });
});
