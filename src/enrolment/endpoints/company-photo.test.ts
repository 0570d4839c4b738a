import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginAgreed, beginPage, draw, startCapture, who } from '../../../support/benches/capture-bench.js';
import { openLink, openPage, openStarted } from '../../../support/benches/capture-page.js';
import { defaultPolicy, photoPolicy } from '../../../support/benches/core.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { type ApiServer, adminKey, toForm } from '../../../support/servers/api-server.js';
import type { PhotoPolicy, Policy } from '../../core/connection.js';
import type { CompanyPhoto } from '../../core/ports.js';
import { switchPolicy } from '../../core/rules/rule.js';
import type { OwnPhoto, Photo } from '../../core/secrets.js';
import { addSec, type EpochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { replacementOf } from '../company-photo.js';

let server: ApiServer;
let profile: Awaited<ReturnType<typeof startCapture>>['profile'];
let auth: { 'x-auth-token': string };
/** Photo that the organization has of the person; an error is thrown. */
let onFile: Uint8Array | Error | null;
let changedAt: EpochMs | null;
let handedOut: Photo[];

async function start(photo: Partial<PhotoPolicy> | null = {}, policy: Partial<Policy> = {}) {
  onFile = drawPicture('ada', 9);
  changedAt = null;
  handedOut = [];
  const full = photo === null ? null : { ...photoPolicy, ...photo };
  const started = await startCapture({ photo: full, ...policy });
  ({ server, profile, auth } = started);
  const findPhoto = async (_: string, own: OwnPhoto): Promise<CompanyPhoto | null> => {
    if (onFile instanceof Error) throw onFile;
    if (onFile === null) return null;
    const found = own(Uint8Array.from(onFile));
    handedOut.push(found);
    return { photo: found, changedAt };
  };
  if (full !== null) started.connections.set('acme', { ...started.acme, findPhoto });
}

const invite = () => beginAgreed(server, {}, '/invitations');
const isEnrolled = () => profile.attributes.get('00u1') !== null;
const admin = { 'x-admin-key': adminKey };
const compared = () =>
  server.audit.events.flatMap(({ action, detail }) => (action === 'company_photo_compared' ? [detail] : []));
const proofs = () => server.audit.events.flatMap(({ action, detail }) => (action === 'enrolled' ? [detail.proof] : []));

/** The help desk lets the person enrol: the person chooses the number that the agent reads out. */
async function enrolByHelpDesk(proof: string, person = 'ada') {
  const { status, body } = await server.postJson('/help-desk/enrolments', { ...who, proof }, admin);
  expect(status).toBe(201);
  const page = openPage(server, String((await openLink(server, String(body.url))).body.session));
  await page.post('/face/hand-off/choice', { number: String(body.number) });
  await page.consent();
  return page.check(draw(person));
}

async function receiptOf(person = 'ada') {
  const { page } = await beginAgreed(server, { audience: 'https://app.example.com', nonce: 'n-1' });
  return decodeJwt(String((await page.check(draw(person))).body.receipt));
}

describe('an enrolment whose policy asks for the photo of the organization', () => {
  test('succeeds for the person of the photo; receipt and audit trail say so, and the photo is wiped', async () => {
    await start();
    const { page } = await invite();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    expect(compared()).toEqual([{ stepUpId: expect.any(String), code: null, refused: false }]);
    expect(proofs()).toEqual(['photo']);
    expect(await receiptOf()).toMatchObject({ enrolment_proof: 'photo' });
    expect(handedOut).toHaveLength(1);
    for (const photo of handedOut) expect(photo.use((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  });

  test('is refused for another person after three tries, and nothing is written', async () => {
    await start();
    const { page } = await invite();
    for (const triesLeft of [2, 1]) {
      const { body } = await page.check(draw('eve'));
      expect(body).toMatchObject({ outcome: 'try_again', hint: 'company_photo', view: { triesLeft } });
    }
    expect((await page.check(draw('eve'))).body.code).toBe('company_photo_unlike');
    expect((await page.get('/face/session')).body.view).toMatchObject({ state: 'failed' });
    expect(isEnrolled()).toBe(false);
    expect(compared()).toHaveLength(3);
  });

  test.each<[string, () => void, string]>([
    ['there is no photo', () => (onFile = null), 'company_photo_missing'],
    ['the photo shows no face', () => (onFile = Buffer.from('wall')), 'company_photo_faceless'],
    ['the photo shows two people', () => (onFile = Buffer.from('crowd')), 'company_photo_crowded'],
    ['the face in the photo is too small', () => (onFile = Buffer.from('speck')), 'company_photo_small'],
    ['the photo is no picture', () => (onFile = Buffer.from('prose')), 'company_photo_invalid'],
    [
      'the source refuses the address',
      () => (onFile = new FaceError('company_photo_invalid', { reason: 'a redirect' })),
      'company_photo_invalid',
    ],
  ])('is refused if %s, without a lost try', async (_, prepare, code) => {
    await start();
    prepare();
    const { page } = await invite();
    expect((await page.check(draw('ada'))).body.code).toBe(code);
    expect(isEnrolled()).toBe(false);
    expect(compared()).toEqual([{ stepUpId: expect.any(String), code, refused: true }]);
    // The organization can correct the photo.
    expect((await page.get('/face/session')).body.view).toMatchObject({ state: 'started', triesLeft: 3 });
    onFile = drawPicture('ada', 9);
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
  });

  test('waits, without a lost try, while the source does not answer', async () => {
    await start();
    onFile = new FaceError('company_photo_unavailable');
    const { page } = await invite();
    expect((await page.check(draw('ada'))).body.code).toBe('company_photo_unavailable');
    expect((await page.get('/face/session')).body.view).toMatchObject({ state: 'started', triesLeft: 3 });
    onFile = drawPicture('ada', 9);
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
  });

  test.each([
    ['changed yesterday, with minAgeDays 7', { minAgeDays: 7 }, 1, 'company_photo_recent'],
    ['changed nine days ago, with minAgeDays 7', { minAgeDays: 7 }, 9, null],
    ['older than maxAgeDays', { maxAgeDays: 30 }, 31, 'company_photo_old'],
    ['younger than maxAgeDays', { maxAgeDays: 30 }, 29, null],
  ])('judges the age of a photo that is %s', async (_, ages, days, code) => {
    await start(ages);
    changedAt = addSec(server.clock.now(), -days * 86_400);
    const { page } = await invite();
    const { body } = await page.check(draw('ada'));
    expect(code === null ? body.outcome : body.code).toBe(code ?? 'passed');
  });

  const everyone = { name: 'all', when: {}, outcome: 'face' } as const;
  test.each<[string, Partial<Policy>]>([
    ['in shadow mode', { mode: 'shadow' }],
    ['in shadow mode with an enforced rule', { mode: 'shadow', rules: [{ ...everyone, mode: 'enforce' }] }],
    [
      'and rules were switched to shadow by hand',
      switchPolicy({ ...defaultPolicy, rules: [{ ...everyone, mode: 'enforce' }] }, 'shadow'),
    ],
  ])('is refused for another person also while sign-ins are %s', async (_, { mode = 'shadow', rules = [] }) => {
    await start({}, { mode, rules, replaceFace: 'link' });
    const { page } = await invite();
    expect((await page.check(draw('eve'))).body.outcome).toBe('try_again');
    expect(compared()).toMatchObject([{ code: 'company_photo_unlike', refused: true }]);
    expect(replacementOf({ photo: photoPolicy, replaceFace: 'link' })).toBe('photo');
  });

  test('is only recorded as refused in the shadow mode of the photo', async () => {
    await start({ mode: 'shadow' });
    onFile = drawPicture('ada', 9);
    const { page } = await invite();
    expect((await page.check(draw('eve'))).body.outcome).toBe('passed');
    expect(compared()).toEqual([{ stepUpId: expect.any(String), code: 'company_photo_unlike', refused: false }]);
    expect(proofs()).toEqual(['invitation']);
  });

  test.each(['company_photo_unavailable', 'profile_unavailable'] as const)(
    'succeeds in shadow mode, and is recorded, if the source fails with %s',
    async (code) => {
      await start({ mode: 'shadow' });
      onFile = new FaceError(code);
      const { page } = await invite();
      expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
      expect(compared()).toMatchObject([{ code: 'company_photo_unavailable', refused: false }]);
    },
  );

  test('is refused after ten other faces in a day, before the photo is compared; the help desk still may', async () => {
    await start({ whenUnlike: 'helpDesk' });
    for (let at = 0; at < 10; at += 1) {
      const { page } = await invite();
      await page.check(draw('eve'));
    }
    const { page } = await invite();
    expect((await page.check(draw('ada'))).body.code).toBe('locked_out');
    expect(compared()).toHaveLength(10);
    expect((await enrolByHelpDesk('in_person')).body.outcome).toBe('passed');
    const { page: check } = await beginAgreed(server);
    expect((await check.check(draw('ada'))).body.outcome).toBe('passed');
  });

  test('holds for an API client, too', async () => {
    await start();
    const consent = { consentStatement: 'v1', consentGivenAt: new Date(server.clock.now()).toISOString() };
    const send = (person: string) =>
      server.postForm('/enrolments', toForm({ ...who, ...consent, photo: [drawPicture(person, 1)] }), auth);
    expect((await send('eve')).body.code).toBe('company_photo_unlike');
    expect((await send('ada')).status).toBe(201);
    expect(proofs()).toEqual(['photo']);
  });
});

describe('the help desk', () => {
  test.each(['in_person', 'vouched'])('enrols a person without a photo if the policy allows it: %s', async (proof) => {
    await start({ whenMissing: 'helpDesk' });
    onFile = null;
    expect((await enrolByHelpDesk(proof)).body.outcome).toBe('passed');
    expect(proofs()).toEqual([proof]);
    expect(await receiptOf()).toMatchObject({ enrolment_proof: proof });
  });

  test('cannot enrol a person whose face differs from the photo unless the policy allows it', async () => {
    await start({ whenMissing: 'helpDesk', whenUnlike: 'refuse' });
    expect((await enrolByHelpDesk('in_person', 'eve')).body).toMatchObject({ hint: 'company_photo' });
    await start({ whenUnlike: 'helpDesk' });
    expect((await enrolByHelpDesk('in_person', 'eve')).body.outcome).toBe('passed');
    expect(proofs()).toEqual(['in_person']);
  });

  test('is not replaced by an invitation: without the help desk, the policy refuses', async () => {
    await start({ whenMissing: 'helpDesk', whenUnlike: 'helpDesk' });
    onFile = null;
    const { page } = await invite();
    expect((await page.check(draw('ada'))).body.code).toBe('company_photo_missing');
  });

  test('enrols no one who chooses a wrong number', async () => {
    await start(null);
    const { body } = await server.postJson('/help-desk/enrolments', { ...who, proof: 'in_person' }, admin);
    const page = openPage(server, String((await openLink(server, String(body.url))).body.session));
    expect((await page.post('/face/consent', { version: 'consent-1', language: 'en' })).body.code).toBe(
      'step_up_unknown',
    );
    const wrong = String(body.number) === '10' ? '11' : '10';
    await page.post('/face/hand-off/choice', { number: wrong });
    expect((await page.post('/face/challenge')).body.code).toBe('step_up_unknown');
    expect(server.audit.events.some(({ action }) => action === 'locked_out')).toBe(false);
  });
});

describe('the face of an enrolled person', () => {
  const enrolled = async (photo: Partial<PhotoPolicy> | null, policy: Partial<Policy> = {}) => {
    await start(photo, policy);
    const { page } = await invite();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    server.clock.advanceSec(60);
  };
  const openByFace = async () => {
    const flow = { kind: 'own_page', faceShownAt: server.clock.now(), proof: 'invitation', mayRenew: true } as const;
    return (await openStarted(server, { purpose: 'manage' }, flow)).page;
  };
  const open = async (fields: object, path: string) =>
    openLink(server, String((await server.postJson(path, { ...who, ...fields }, auth)).body.url));

  test.each(['enforce', 'shadow'] as const)(
    'is not replaced by an invitation, which stays unopened, in the mode %s',
    async (mode) => {
      await enrolled(null, { mode });
      const before = profile.attributes.get('00u1');
      expect((await open({}, '/invitations')).body.code).toBe('enrolment_exists');
      expect(profile.attributes.get('00u1')).toBe(before);
    },
  );

  test('is not replaced on the own page that only a link opened', async () => {
    await enrolled(null);
    const { page } = await beginPage(server, { purpose: 'manage' }, '/invitations');
    expect((await page.get('/face/enrolment')).body).toMatchObject({ mayRenew: false });
    expect((await page.post('/face/enrolment/renew')).body.code).toBe('not_found');
  });

  test('is not replaced on the own page that only a link opened, by its end and a new enrolment', async () => {
    await enrolled(null, { whenNotEnrolled: 'enrol' });
    const { page } = await beginPage(server, { purpose: 'manage' }, '/invitations');
    expect((await page.post('/face/enrolment/revoke')).status).toBe(200);
    expect((await page.post('/face/enrolment/renew')).body.code).toBe('not_found');
    server.clock.advanceSec(60);
    const signedIn = await beginPage(server);
    expect(signedIn.view).toMatchObject({ purpose: 'verify' });
    server.clock.advanceSec(60);
    const invited = await invite();
    expect((await invited.page.check(draw('ada'))).body.outcome).toBe('passed');
  });

  test('is replaced on the own page that the face opened, but not after another enrolment', async () => {
    await enrolled(null);
    const page = await openByFace();
    const late = await openByFace();
    const alreadyRenewing = await openByFace();
    expect((await alreadyRenewing.post('/face/enrolment/renew')).status).toBe(200);
    server.clock.advanceSec(60);
    expect((await page.post('/face/enrolment/renew')).status).toBe(200);
    await page.consent();
    expect((await page.check(draw('grace'))).body.outcome).toBe('passed');
    expect(proofs()).toEqual(['invitation', 'former_face']);
    expect((await late.post('/face/enrolment/renew')).body.code).toBe('step_up_finished');
    await alreadyRenewing.consent();
    expect((await alreadyRenewing.check(draw('eve'))).body.code).toBe('step_up_finished');
    expect(proofs()).toHaveLength(2);
  });

  test('does not keep the proof of the photo if a new face is not compared with it', async () => {
    await enrolled({});
    const page = await openByFace();
    await page.post('/face/enrolment/renew');
    await page.consent();
    expect((await page.check(draw('eve'))).body.outcome).toBe('passed');
    expect(proofs()).toEqual(['photo', 'former_face']);
    expect(compared().at(-1)).toMatchObject({ code: 'company_photo_unlike', refused: false });
  });

  test('is not replaced by a link that was opened before the person enrolled elsewhere', async () => {
    await start(null);
    const { page } = await invite();
    const { page: other } = await invite();
    expect((await other.check(draw('ada'))).body.outcome).toBe('passed');
    expect((await page.check(draw('eve'))).body.code).toBe('enrolment_exists');
    expect(proofs()).toEqual(['invitation']);
  });

  test('is replaced after its end, by the help desk, and by a link if the policy says so', async () => {
    await enrolled(null);
    expect((await enrolByHelpDesk('in_person', 'grace')).body.outcome).toBe('passed');
    await server.postJson('/enrolments/revoke', who, auth);
    server.clock.advanceSec(60);
    const { page } = await invite();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    expect(proofs()).toEqual(['invitation', 'in_person', 'invitation']);
    await enrolled(null, { replaceFace: 'link' });
    const again = await invite();
    expect((await again.page.check(draw('grace'))).body.outcome).toBe('passed');
  });

  test('is replaced by a link if the new face matches the photo of the organization', async () => {
    await enrolled({});
    const { page } = await invite();
    expect((await page.check(draw('eve'))).body).toMatchObject({ hint: 'company_photo' });
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    expect(proofs()).toEqual(['photo', 'photo']);
  });
});

test('the age of a photo is not known if the source tells none', async () => {
  await start({ minAgeDays: 7, maxAgeDays: 30 });
  changedAt = null;
  const { page } = await invite();
  expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
});
