import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginAgreed, draw, enrolByApi, startCapture, who } from '../../../support/benches/capture-bench.js';
import { digestOf, lendCamera, openLink, openPage, openStarted } from '../../../support/benches/capture-page.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { type ApiServer, toForm } from '../../../support/servers/api-server.js';
import type { Policy } from '../../core/connection.js';
import { addSec, toEpochSec } from '../../core/units.js';
import { readConsent } from '../../enrolment/consent.js';

let server: ApiServer;
let profile: Awaited<ReturnType<typeof startCapture>>['profile'];
let auth: { 'x-auth-token': string };

const returnUrls = ['https://app.example.com/back'];
async function startWith(policy: Partial<Policy> = {}): Promise<void> {
  const openStepUpRequest = async (nonce: string) => ({
    subject: '00u1',
    nonce,
    audience: 'pool',
    issuedAt: toEpochSec(server.clock.now()),
    expiresAt: addSec(server.clock.now(), 60),
    isAfterFirstFactor: true,
  });
  ({ server, profile, auth } = await startCapture(
    { returnUrls, replaceFace: 'link', ...policy },
    { openStepUpRequest },
  ));
}
beforeEach(() => startWith());

const enrol = (person?: string, subject?: string) => enrolByApi(server, subject, person);
async function start(more: object = {}) {
  const { body } = await server.postJson('/step-ups', { ...who, ...more }, auth);
  return { id: String(body.id), url: String(body.url), challenge: String(body.challenge) };
}
const open = async (url: string) => openPage(server, String((await openLink(server, url)).body.session));
const startAndOpen = (more: object = {}) => beginAgreed(server, more);
const stateOf = async (id: string) => (await server.send('GET', `/step-ups/${id}`, { headers: auth })).body.state;

describe('a face check on the page', () => {
  test('passes the enrolled face that performs the movements, once, and is audited with all signals', async () => {
    await enrol();
    const { id, page } = await startAndOpen({ audience: 'https://app.example.com', nonce: 'n-1' });
    const { body } = await page.check(draw('ada'));
    expect(body).toMatchObject({ outcome: 'passed', hint: null, view: { state: 'passed' } });
    expect(decodeJwt(String(body.receipt))).toMatchObject({ sub: '00u1', nonce: 'n-1', amr: ['face'], liveness: 0.9 });
    expect(await stateOf(id)).toBe('passed');
    const judged = server.audit.events.find(({ action }) => action === 'liveness_judged');
    const names = (judged!.detail.signals as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['frames_as_committed', 'quickest_frame', 'slowest_frame', 'passive']),
    );
    expect((await page.post('/face/challenge')).body.code).toBe('step_up_finished');
  });
});

describe('when the camera of a phone is required', () => {
  const computer = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const phone = 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0';
  const challengeAs = async (page: ReturnType<typeof openPage>, userAgent: string) => {
    const headers = { authorization: `Bearer ${page.session}`, 'user-agent': userAgent };
    const { status, body } = await server.postJson('/face/challenge', {}, headers);
    return [status, body.code ?? null];
  };
  const viewOf = async (page: ReturnType<typeof openPage>) => (await page.get('/face/session')).body.view;

  test('by the policy: a computer gets no challenge, also not as the camera of a hand-off', async () => {
    await startWith({ camera: 'phone' });
    const { page } = await startAndOpen();
    expect(await viewOf(page)).toMatchObject({ phoneNeeded: true });
    expect(await challengeAs(page, computer)).toEqual([403, 'phone_needed']);
    const lent = await lendCamera(server, page);
    expect(await challengeAs(lent, computer)).toEqual([403, 'phone_needed']);
    expect(await challengeAs(lent, phone)).toEqual([201, null]);
  });

  test('by a single step-up: a computer gets no challenge, and photos without the page are refused', async () => {
    await startWith({ liveness: 'off' });
    await enrol();
    const { page } = await startAndOpen({ camera: 'phone' });
    expect(await challengeAs(page, computer)).toEqual([403, 'phone_needed']);
    const { id, challenge } = await start({ camera: 'phone' });
    const sent = await server.postForm(`/step-ups/${id}/photos`, toForm({ challenge, photo: [drawPicture('ada', 4)] }));
    expect(sent).toMatchObject({ status: 403, body: { code: 'challenge_needed' } });
    expect(await challengeAs((await startAndOpen()).page, computer)).toEqual([201, null]);
  });
});

describe('the camera data reported by the page', () => {
  const device = { camera: 'virtual', label: 'OBS Virtual Camera' };

  test('is audited and does not affect the result', async () => {
    await enrol();
    const { page } = await startAndOpen();
    expect((await page.check(draw('ada'), { device: JSON.stringify(device) })).body.outcome).toBe('passed');
    const judged = server.audit.events.findLast(({ action }) => action === 'liveness_judged');
    expect(judged?.detail).toMatchObject({ pass: true, device });
  });
});

describe('frames that do not belong to the challenge', () => {
  const tried = { outcome: 'try_again', hint: 'follow', view: { triesLeft: 2 } };
  let page: ReturnType<typeof openPage>;
  beforeEach(async () => {
    await enrol();
    ({ page } = await startAndOpen());
  });
  const reasons = () =>
    server.audit.events.findLast(({ action }) => action === 'liveness_judged')?.detail.reasons as string[];

  test('fail if they differ from the committed frames', async () => {
    const { nonce, photos } = await page.takeFrames(draw('ada'));
    const { body } = await page.send({ nonce, photo: photos.map(() => draw('ada')('1')) });
    expect(body).toMatchObject(tried);
    expect(reasons()).toEqual(['frames_as_committed']);
  });

  test('fail if they are identical, or were sent before', async () => {
    const one = draw('ada')('1');
    const take = (movement: string, _index: number, look: number) => (look === 0 ? one : draw('ada')(movement));
    expect((await page.check(take)).body).toMatchObject(tried);
    expect(reasons()).toEqual(['frames_as_committed', 'frames_never_seen']);
    const again = (await startAndOpen()).page;
    expect((await again.check(take)).body).toMatchObject(tried);
  });

  test('fail if they show the same pictures as an earlier challenge of the user in the last 30 days', async () => {
    // The simulated engine sees one picture, however alive it is.
    const take = (liveness: number) => (movement: string, index: number, look: number) =>
      look === 0 ? Buffer.from(`face ada ${movement}:${index} ${liveness}`) : draw('ada')(movement);
    const checkAgain = async (liveness: number, subject = '00u1') => {
      const again = (await startAndOpen({ subject })).page;
      return (await again.check(take(liveness))).body.outcome;
    };
    expect((await page.check(take(0.9))).body.outcome).toBe('passed');
    expect(await checkAgain(0.8)).toBe('try_again');
    expect(reasons()).toEqual(['frames_unlike_earlier']);
    await enrol('ada', '00u2');
    expect(await checkAgain(0.7, '00u2')).toBe('passed');
    server.clock.advanceSec(31 * 24 * 60 * 60);
    auth = { 'x-auth-token': (await server.issue()).token };
    expect(await checkAgain(0.6)).toBe('passed');
  });

  test('fail with the movements of another challenge', async () => {
    const wrong = (movement: string) =>
      draw('ada')(movement === 'left' ? 'right' : movement === 'centre' ? 'up' : 'left');
    expect((await page.check(wrong)).body).toMatchObject(tried);
    expect(reasons()).toEqual(['following']);
  });

  test('are refused with a wrong, used or expired nonce', async () => {
    const { nonce, photos } = await page.takeFrames(draw('ada'));
    expect((await page.send({ nonce: 'x'.repeat(43), photo: photos })).body.code).toBe('challenge_wrong');
    await page.post('/face/challenge');
    expect((await page.send({ nonce, photo: photos })).body.code).toBe('challenge_wrong');
    const late = await page.takeFrames(draw('ada'));
    server.clock.advanceSec(150);
    expect((await page.send({ nonce: late.nonce, photo: late.photos })).body.code).toBe('challenge_wrong');
    const used = await page.takeFrames(draw('eve'));
    await page.send({ nonce: used.nonce, photo: used.photos });
    expect((await page.send({ nonce: used.nonce, photo: used.photos })).body.code).toBe('challenge_wrong');
    expect((await page.get('/face/session')).body.view).toMatchObject({ state: 'started' });
  });

  test('are judged if they arrive late after their commitment, but cannot be committed late', async () => {
    const { nonce, photos } = await page.takeFrames(draw('ada'));
    server.clock.advanceSec(149);
    expect((await page.send({ nonce, photo: photos })).body.outcome).toBe('passed');
    const slow = await startAndOpen();
    const { body } = await slow.page.post('/face/challenge');
    server.clock.advanceSec(45);
    const commitment = { nonce: body.nonce, digest: digestOf(draw('ada')('centre')), looks: [] };
    expect((await slow.page.post('/face/challenge/frames', commitment)).body.code).toBe('challenge_wrong');
  });

  test('correct frames that are sent in two concurrent requests pass once', async () => {
    const { nonce, photos } = await page.takeFrames(draw('ada'));
    const both = await Promise.all([page.send({ nonce, photo: photos }), page.send({ nonce, photo: photos })]);
    expect(both.filter(({ body }) => body.outcome === 'passed')).toHaveLength(1);
  });
});

describe('the link of a step-up', () => {
  test('opens once', async () => {
    const { url } = await start();
    expect((await openLink(server, url)).status).toBe(201);
    expect(await openLink(server, url)).toMatchObject({ status: 409, body: { code: 'step_up_opened' } });
  });

  test('is over, not open elsewhere, when its check has ended', async () => {
    const { url } = await start();
    const page = openPage(server, String((await openLink(server, url)).body.session));
    await page.post('/face/decline');
    expect((await openLink(server, url)).body.code).toBe('step_up_finished');
  });

  test('can be opened again with the same session key after a lost response, also for a hand-off', async () => {
    const { url } = await start();
    const key = randomUUID().repeat(2);
    const other = randomUUID().repeat(2);
    const first = await openLink(server, url, { key });
    const page = openPage(server, String(first.body.session));
    await page.consent();
    const again = await openLink(server, url, { key });
    expect(again).toMatchObject({ status: 201, body: { session: first.body.session, view: { consentNeeded: false } } });
    for (const wrong of [{}, { key: other }])
      expect((await openLink(server, url, wrong)).body.code).toBe('step_up_opened');
    expect((await openLink(server, url, { key: 'short' })).body.code).toBe('request_malformed');
    const handedOff = String((await page.post('/face/hand-off')).body.url);
    const onPhone = await openLink(server, handedOff, { key: other });
    expect((await openLink(server, handedOff, { key: other })).body).toEqual(onPhone.body);
    expect((await openLink(server, handedOff, { key: randomUUID().repeat(2) })).body.code).toBe('step_up_opened');
  });

  test('does not accept photos without the challenge if the policy requires it', async () => {
    await enrol();
    const { id, challenge } = await start();
    const sent = await server.postForm(`/step-ups/${id}/photos`, toForm({ challenge, photo: drawPicture('ada', 4) }));
    expect(sent).toMatchObject({ status: 403, body: { code: 'challenge_needed' } });
  });

  test('accepts only return URLs that the connection allows', async () => {
    const { url } = await start();
    const elsewhere = await openLink(server, url, { returnUrl: 'https://evil.example.com/' });
    expect(elsewhere.body.code).toBe('request_malformed');
    const { body } = await openLink(server, url, { returnUrl: 'https://app.example.com/back' });
    expect(body.view).toMatchObject({ returnUrl: 'https://app.example.com/back' });
    const refused = await server.postJson('/step-ups', { ...who, returnUrl: 'https://evil.example.com/' }, auth);
    expect(refused.body).toMatchObject({ field: 'returnUrl', reason: expect.stringContaining('returnUrls') });
    expect(refused.body.code).toBe('request_malformed');
  });
});

describe('a lockout of the user', () => {
  const lockOut = async (): Promise<void> => {
    for (let failure = 0; failure < 5; ) {
      const { page } = await startAndOpen();
      for (let attempt = 0; attempt < 3 && failure < 5; attempt += 1, failure += 1) await page.check(draw('eve'));
    }
  };

  test('is not shown to anonymous callers, before a phone is paired, or at an enrolment', async () => {
    await enrol();
    await lockOut();
    const anonymous = { kind: 'anonymous', source: '203.0.113.9' } as const;
    expect((await openStarted(server, { assurance: anonymous })).body.lockedForSec).toBeNull();
    const { page } = await startAndOpen();
    const handedOff = await page.post('/face/hand-off');
    expect((await openLink(server, String(handedOff.body.url))).body.lockedForSec).toBeNull();
    const { body } = await server.postJson('/invitations', who, auth);
    expect((await openLink(server, String(body.url))).body.lockedForSec).toBeNull();
  });
});

describe('a session on the page', () => {
  test('is required, and its secret cannot be guessed from the step-up’s id', async () => {
    const { id, page } = await startAndOpen();
    const none = await server.postJson('/face/challenge', {});
    expect([none.status, none.body.code]).toEqual([401, 'caller_untrusted']);
    const guess = openPage(server, `${id}.${'A'.repeat(43)}`);
    expect((await guess.get('/face/session')).body.code).toBe('step_up_unknown');
    // What a page of another origin can send: a form, without the header.
    const forged = await server.postForm('/face/decline', toForm({}));
    expect(forged.status).toBe(401);
    expect((await page.get('/face/session')).body.view).toMatchObject({ state: 'started' });
  });

  test('requires consent to the current text before the challenge', async () => {
    const { url } = await start();
    const page = await open(url);
    expect((await page.post('/face/challenge')).body.code).toBe('consent_missing');
    expect((await page.post('/face/consent', { version: 'other', language: 'en' })).body.code).toBe('consent_missing');
    expect((await page.consent()).body.view).toMatchObject({ consentNeeded: false });
    expect((await page.post('/face/challenge')).status).toBe(201);
  });
});

describe('an invitation', () => {
  const invite = async (more: object = {}) =>
    (await server.postJson('/invitations', { ...who, ...more }, auth)).body as { id: string; url: string };

  test('enrols, records the consent, and leaves no pass for hooks', async () => {
    const { id, url } = await invite();
    const page = await open(url);
    expect((await page.get('/face/session')).body.view).toMatchObject({ purpose: 'enrol', consentNeeded: true });
    await page.consent();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    expect(profile.attributes.get('00u1')).not.toBeNull();
    const consent = await server.deps.state.read('consent:acme:00u1');
    expect(consent?.value).toMatchObject({ statement: 'consent-1 (en)' });
    expect(await server.deps.state.read('passed:acme:00u1')).toBeNull();
    expect(await stateOf(id)).toBe('passed');
    const check = await startAndOpen();
    expect((await check.page.check(draw('ada'))).body.outcome).toBe('passed');
  });

  test('does not enrol a face with a low liveness score', async () => {
    const page = await open((await invite()).url);
    await page.consent();
    expect((await page.check(draw('ada', 0.02))).body).toMatchObject({ outcome: 'try_again', view: { triesLeft: 2 } });
    expect(profile.attributes.get('00u1')).toBeNull();
  });

  test('compares a document photo with the face if the policy requires it', async () => {
    await startWith({ referencePhoto: true });
    const page = await open((await invite()).url);
    await page.consent();
    const frames = await page.takeFrames(draw('ada'));
    const without = await page.send({ nonce: frames.nonce, photo: frames.photos });
    expect(without.body.code).toBe('photo_missing');
    const wrong = await page.check(draw('ada'), { reference: drawPicture('eve', 1) });
    expect(wrong.body).toMatchObject({ outcome: 'try_again', hint: 'reference_unlike', view: { triesLeft: 2 } });
    expect(profile.attributes.get('00u1')).toBeNull();
    const right = await page.check(draw('ada'), { reference: drawPicture('ada', 9) });
    expect(right.body.outcome).toBe('passed');
  });

  describe('a document photo', () => {
    let page: ReturnType<typeof openPage>;
    beforeEach(async () => {
      await startWith({ referencePhoto: true });
      page = await open((await invite()).url);
      await page.consent();
    });
    const look = (reference: Uint8Array) => page.lookAtReference(reference);

    test('is checked only after consent, in a running step-up that requires the photo, with its session', async () => {
      const unasked = await open((await invite()).url);
      expect((await unasked.lookAtReference(drawPicture('ada', 9))).body.code).toBe('consent_missing');
      const check = await startAndOpen();
      expect((await check.page.lookAtReference(drawPicture('ada', 9))).body.code).toBe('not_found');
      const guess = openPage(server, `${page.session.split('.')[0]}.${'A'.repeat(43)}`);
      expect((await guess.lookAtReference(drawPicture('ada', 9))).body.code).toBe('step_up_unknown');
      await page.post('/face/decline');
      expect((await look(drawPicture('ada', 9))).body.code).toBe('step_up_finished');
    });
  });

  test('to manage shows the stored data, renews the enrolment, and ends it', async () => {
    await enrol();
    const before = profile.attributes.get('00u1');
    const page = await open((await invite({ purpose: 'manage' })).url);
    const { enrolment } = (await page.get('/face/enrolment')).body;
    expect(enrolment).toMatchObject({ purpose: 'sign-in', expiresAt: null, enrolledAt: expect.any(String) });
    expect(JSON.stringify(enrolment)).not.toContain(before);
    expect((await page.post('/face/challenge')).body.code).toBe('consent_missing');
    expect((await page.post('/face/enrolment/renew')).body.view).toMatchObject({ purpose: 'enrol' });
    await page.consent();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    expect(profile.attributes.get('00u1')).not.toBe(before);
    const again = await open((await invite({ purpose: 'manage' })).url);
    expect((await again.post('/face/enrolment/revoke')).status).toBe(200);
    expect(profile.attributes.get('00u1')).toBeNull();
    expect((await again.get('/face/enrolment')).body.enrolment).toBeNull();
  });

  test('is required to see or change the enrolment: a face check’s session is refused', async () => {
    await enrol();
    const { page } = await startAndOpen();
    for (const path of ['/face/enrolment/revoke', '/face/enrolment/renew'])
      expect((await page.post(path)).body.code).toBe('step_up_unknown');
    expect((await page.get('/face/enrolment')).body.code).toBe('step_up_unknown');
  });
});

describe('a user without an enrolment', () => {
  test('enrols in the first step-up if the policy allows it, and passes', async () => {
    await startWith({ whenNotEnrolled: 'enrol' });
    const { page } = await startAndOpen({ application: 'portal' });
    expect((await page.get('/face/session')).body.view).toMatchObject({ purpose: 'enrol' });
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    expect(profile.attributes.get('00u1')).not.toBeNull();
    expect(await server.deps.state.read('passed:acme:00u1')).not.toBeNull();
    const second = await startAndOpen();
    expect((await second.page.get('/face/session')).body.view).toMatchObject({ purpose: 'verify' });
    expect((await second.page.check(draw('eve'))).body.outcome).toBe('try_again');
  });

  test('is detected by the stored token, even if the consent record is outdated or lost', async () => {
    await startWith({ whenNotEnrolled: 'enrol', enrolmentDays: 1 });
    const purpose = async () => {
      auth = { 'x-auth-token': (await server.issue()).token };
      return (await openLink(server, (await start()).url)).body.view;
    };
    const { state } = server.deps;
    const consent = 'consent:acme:00u1';
    await enrol();
    const earlier = await readConsent(who, server.deps);
    server.clock.advanceSec(86_400);
    auth = { 'x-auth-token': (await server.issue()).token };
    await enrol();
    await state.write(consent, earlier, { when: 'any', expiresAt: null });
    // Anyone who has the password alone puts no face in the place of this one.
    expect(await purpose()).toMatchObject({ purpose: 'verify' });
    await state.delete(consent);
    expect(await purpose()).toMatchObject({ purpose: 'verify' });
    server.clock.advanceSec(86_400);
    expect(await purpose()).toMatchObject({ purpose: 'enrol' });
  });
});

describe('a user who checks again', () => {
  const invite = async () => String((await server.postJson('/invitations', who, auth)).body.url);
  /** Enrols on the page, a minute before whatever comes next. */
  async function enrolOnPage(): Promise<string> {
    const page = await open(await invite());
    await page.consent();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    const agreedAt = new Date(server.clock.now()).toISOString();
    server.clock.advanceSec(60);
    return agreedAt;
  }
  const viewOf = async (url: string) => (await openLink(server, url)).body.view as Record<string, unknown>;
  const inFull = { consentNeeded: true, agreedAt: null };

  test('is checked under the consent of the enrolment, which the audit trail refers to', async () => {
    await enrolOnPage();
    const { id, url } = await start();
    const page = await open(url);
    const { view } = (await page.get('/face/session')).body as { view: Record<string, unknown> };
    expect(view).toMatchObject({ consentNeeded: false, agreedAt: expect.any(String) });
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    const ofCheck = server.audit.events.filter(({ detail }) => detail.stepUpId === id);
    expect(ofCheck.map(({ action }) => action)).not.toContain('consent_given');
    const { detail } = ofCheck.find(({ action }) => action === 'consent_relied_on')!;
    expect(detail).toEqual({ stepUpId: id, statement: 'consent-1 (en)', givenAt: view.agreedAt });
  });

  test('must read the full consent text after a new text, a withdrawal or the end of the consent', async () => {
    await enrol();
    server.clock.advanceSec(60);
    expect(await viewOf((await start()).url)).toMatchObject(inFull);
    await enrolOnPage();
    await server.postJson('/enrolments/revoke', who, auth);
    expect(await viewOf((await start()).url)).toMatchObject(inFull);
    await startWith({ enrolmentDays: 1 });
    await enrolOnPage();
    expect(await viewOf((await start()).url)).toMatchObject({ consentNeeded: false });
    server.clock.advanceSec(86_400);
    auth = { 'x-auth-token': (await server.issue()).token };
    expect(await viewOf((await start()).url)).toMatchObject(inFull);
  });

  test('gets the same view as an unknown user if the caller is anonymous', async () => {
    await enrolOnPage();
    const assurance = { kind: 'anonymous', source: '203.0.113.9' } as const;
    for (const subject of ['00u1', '00u2'])
      expect((await openStarted(server, { subject, assurance })).body.view).toMatchObject(inFull);
  });
});

describe('the page of a kiosk', () => {
  test('shows each step-up that is sent to it once', async () => {
    await enrol();
    const { body } = await server.postJson('/kiosks', { name: 'Reception' }, auth);
    const [kiosk, secret] = new URL(String(body.url)).hash.slice(1).split('.');
    const next = () => server.postJson('/face/kiosk/next', { kiosk, secret });
    expect((await next()).body.ticket).toBeNull();
    await start({ kiosk });
    const { ticket } = (await next()).body;
    expect((await next()).body.ticket).toBeNull();
    const page = await open(`https://x/face#${ticket}`);
    await page.consent();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    expect((await server.postJson('/face/kiosk/next', { kiosk, secret: 'x'.repeat(43) })).status).toBe(401);
    const other = { 'x-auth-token': (await server.issue(undefined, 'acme')).token };
    expect((await server.postJson('/step-ups', { ...who, kiosk }, other)).body.code).toBe('not_found');
  });
});
