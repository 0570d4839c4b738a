import { beforeEach, expect, test } from '@jest/globals';
import { drawMovements, startRecoveryBench } from '../../../support/benches/recovery.js';
import { standardSettings } from '../../../support/data/settings.js';
import { createIssuer, createWallet, type Licence } from '../../../support/fakes/digital-wallet.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { toForm } from '../../../support/servers/api-server.js';
import { createPresentedDocuments } from './presented.js';

/* A digital document as the second thing of a recovery, over HTTP. */

const { licence, toConfig } = await createIssuer();
const wallet = createWallet();
let namesRead: number;
let bench: Awaited<ReturnType<typeof startRecoveryBench>>;

/** Starts a server where Anna has enrolled, more than a week ago. */
async function start(outsiderChecks = 300): Promise<void> {
  const settings = { ...standardSettings, limits: { ...standardSettings.limits, outsiderChecks } };
  bench = await startRecoveryBench({ recovery: { secondThings: ['document', 'help_desk'] }, settings });
  const { connection, profile, server } = bench;
  namesRead = 0;
  const readClaims: typeof profile.readClaims = async (...of) => {
    namesRead += 1;
    return profile.readClaims(...of);
  };
  const of = { id: 'acme', profile: { ...profile, readClaims } };
  const ports = { ...server.deps, publicFetch: fetch };
  bench.connections.set('acme', { ...connection, documents: createPresentedDocuments(toConfig(), of, ports) });
  profile.details.set('anna', { given_name: 'Ada', family_name: 'Lovelace' });
  await bench.enrol('anna', 'ada');
  await bench.passDays(8);
}
beforeEach(() => start());

const compared = () => bench.detailsOf('company_photo_compared');

/** Begins a recovery, and opens its face check. */
async function begin(subject = 'anna', thing = 'document') {
  const browser = bench.browse();
  await browser.begin(subject);
  await browser.prove(thing);
  const { page } = await browser.openCheck();
  if (page === null) throw new Error('no check');
  return { browser, page };
}
type Begun = Awaited<ReturnType<typeof begin>>;

/** Shows the document to the page. @returns the response, and the hint of the page */
async function present({ page }: Begun, document: Licence) {
  const { body: asked } = await page.post('/face/document/request', {});
  const request = asked as unknown as { protocol: string; data: object };
  const response = await wallet.answerBrowser(request, bench.server.deps.issuer, document);
  const auth = { authorization: `Bearer ${page.session}` };
  const { body } = await bench.server.postForm('/face/document', toForm({ document: Buffer.from(response) }), auth);
  return { response, hint: body.hint, code: body.code };
}

const show = async ({ page }: Begun, face: string, fields: Parameters<typeof toForm>[0] = {}) =>
  (await page.check(drawMovements(face), fields)).body;

/** Shows document and face. @returns the outcome of the check, and the page of the recovery after it */
async function recover(document: Licence, { face = 'ada', subject = 'anna' } = {}) {
  const begun = await begin(subject);
  const { response, hint: looked } = await present(begun, document);
  const { outcome, hint } = await show(begun, face, { document: Buffer.from(response) });
  return { looked, outcome, hint, text: (await begun.browser.step()).text };
}

test('with the enrolled face, the person’s own document with that face recovers the account', async () => {
  const { looked, outcome, text } = await recover(licence());
  expect([looked, outcome]).toEqual([null, 'passed']);
  expect(text).toContain('Show it now');
  expect(bench.detailsOf('recovery_face_passed')).toMatchObject([{ secondThing: 'document' }]);
  const document = { issuer: 'Utopia Roads', kind: 'mdl' };
  expect(compared().at(-1)).toEqual({ stepUpId: expect.any(String), code: null, refused: false, document });
});

test.each([
  ['another person’s portrait', { portrait: drawPicture('bob', 9) }, 'document_unlike'],
  ['another name', { family: 'Byron' }, 'document_of_another'],
  ['no usable portrait', { portrait: Buffer.from('nothing') }, 'document_portrait'],
])('a document with %s recovers nothing, although the face passes', async (_, more, hint) => {
  const { outcome, hint: told, text } = await recover(licence(more));
  expect([outcome, told]).toEqual(['try_again', hint]);
  expect(text).not.toContain('Show it now');
  expect(bench.detailsOf('recovery_face_passed')).toEqual([]);
});

test('a face without a document recovers nothing', async () => {
  const begun = await begin();
  expect((await show(begun, 'ada')).code).toBe('company_photo_missing');
  expect((await begun.browser.step()).text).not.toContain('Show it now');
});

test('a check that began for another second thing does not count with a document', async () => {
  const begun = await begin('anna', 'help_desk');
  expect((await show(begun, 'ada')).outcome).toBe('passed');
  expect((await begun.browser.prove('document')).text).toContain('Now your face');
  expect((await begun.browser.step()).text).toContain('Now your face');
  expect(bench.detailsOf('recovery_face_passed')).toEqual([]);
});

test('before the face is known, a caller learns no name, and an unknown account looks the same', async () => {
  const known = await recover(licence({ family: 'Byron' }), { face: 'bob' });
  const unknown = await recover(licence({ family: 'Byron' }), { face: 'bob', subject: 'unknown-here' });
  expect(known).toEqual({ ...unknown, text: known.text });
  expect([known.looked, known.hint]).toEqual([null, 'follow']);
  expect(namesRead).toBe(0);
  expect(compared()).toEqual([]);
});

test('a document of an anonymous caller counts like a check before it is read', async () => {
  await start(2);
  const begun = await begin();
  expect((await present(begun, licence())).hint).toBeNull();
  expect((await show(begun, 'bob')).outcome).toBe('try_again');
  expect((await present(begun, licence())).code).toBe('locked_out');
});
