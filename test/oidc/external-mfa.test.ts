import { afterEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { signToken } from '../../simulators/entra/tenant.js';
import { revokeSubject } from '../../src/enrolment/revoke.js';
import { callPage, ticketOf } from '../../support/fakes/browser.js';
import { forFile } from '../../support/run/for-file.js';
import { readForm, startExternalMfaBench } from './external-mfa-bench.js';

/* Entra's External MFA as a browser goes through it: every socket, key and token is real. */

const bench = await forFile(startExternalMfaBench({}));
afterEach(() => {
  bench.entra.heal('keys');
  bench.entra.setHintAudience('clientId');
});

let users = 0;
/** A user of the tenant, enrolled with a face. */
async function enrolled(person = 'ada') {
  users += 1;
  const user = bench.addUser(`user${users}`);
  await bench.enrol(user.id, person);
  return user;
}

/** The whole sign-in of a user, with that person in front of the camera. */
async function signIn(userId: string, person: string) {
  const browser = bench.newBrowser();
  const form = await bench.start(userId);
  const camera = await bench.post(browser, form);
  expect(camera.url).toMatch(/\/face#/);
  const shown = await bench.show(browser, camera.url, person);
  const back = await browser.follow(shown.returnUrl);
  return { browser, form, camera, shown, back, answer: readForm(back) };
}

/** What is posted back without a camera: the error of the answer. */
async function errorOf(userId: string, changes: Record<string, string>) {
  const browser = bench.newBrowser();
  const form = await bench.start(userId, changes);
  const seen = await bench.post(browser, form);
  const { action, fields } = readForm(seen);
  expect(action).toBe(form.fields.redirect_uri);
  expect(fields.state).toBe(form.fields.state);
  expect(fields).not.toHaveProperty('id_token');
  return fields.error;
}

describe('a user who shows the enrolled face', () => {
  test('passes Entra’s external MFA', async () => {
    const user = await enrolled();
    const { form, answer } = await signIn(user.id, 'ada');
    expect(answer.action).toBe(`${bench.entra.url}/common/federation/externalauthprovider`);
    expect(Object.keys(answer.fields).toSorted()).toEqual(['id_token', 'state']);
    expect(decodeProtectedHeader(answer.fields.id_token!)).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    const claims = decodeJwt(answer.fields.id_token!);
    expect(claims).toMatchObject({
      iss: bench.issuer,
      aud: bench.appId,
      sub: decodeJwt(form.fields.id_token_hint!).sub,
      nonce: form.fields.nonce,
      acr: 'possessionorinherence',
      amr: ['face'],
    });
    expect(await bench.entra.finishExternalMfa(answer.fields)).toEqual({
      userId: user.id,
      passed: true,
      reason: null,
    });
  });
});

describe('an ID token hint is refused', () => {
  const signed = (userId: string, claims: object) =>
    signToken(
      bench.entra.tenant,
      {
        iss: bench.entra.tenant.issuer,
        aud: bench.appId,
        tid: bench.entra.tenant.id,
        oid: userId,
        sub: 's',
        ...claims,
      },
      bench.server.clock.now(),
      -1,
    );
  const sec = () => Math.floor(bench.server.clock.now() / 1000);

  test.each<[string, () => object]>([
    ['of a tenant that is not configured', () => ({ tid: '11111111-2222-3333-4444-555555555555' })],
    [
      'of one tenant signed with the key of another tenant',
      () => ({ tid: bench.partner.id, iss: bench.partner.issuer }),
    ],
    ['issued more than ten minutes ago', () => ({ iat: sec() - 601 })],
  ])('%s: access_denied, without a camera', async (_, claims) => {
    const user = await enrolled();
    expect(await errorOf(user.id, { id_token_hint: await signed(user.id, claims()) })).toBe('access_denied');
  });

  test('after its sign-in has ended, passed or failed', async () => {
    const user = await enrolled();
    const { form, browser } = await signIn(user.id, 'ada');
    expect(readForm(await bench.post(browser, form)).fields.error).toBe('access_denied');
    expect(readForm(await bench.post(bench.newBrowser(), form)).fields.error).toBe('access_denied');
    const other = await enrolled();
    const failed = await signIn(other.id, 'eve');
    expect(failed.answer.fields.error).toBe('access_denied');
    expect(readForm(await bench.post(failed.browser, failed.form)).fields.error).toBe('access_denied');
    // For as long as it could come again.
    bench.server.clock.advanceSec(500);
    expect(readForm(await bench.post(browser, form)).fields.error).toBe('access_denied');
  });

  test('with a changed nonce, state or claims while its sign-in is in progress', async () => {
    const user = await enrolled();
    const browser = bench.newBrowser();
    const form = await bench.start(user.id);
    expect((await bench.post(browser, form)).url).toMatch(/\/face#/);
    for (const changes of [{ nonce: 'other' }, { state: 'other' }, { claims: '{"id_token":{}}' }]) {
      const seen = await bench.post(browser, { ...form, fields: { ...form.fields, ...changes } });
      expect(seen.url).not.toMatch(/\/face#/);
      expect(readForm(seen).fields.error).toBe('access_denied');
    }
  });

  test('in another browser while its sign-in is in progress', async () => {
    const user = await enrolled();
    const form = await bench.start(user.id);
    expect((await bench.post(bench.newBrowser(), form)).url).toMatch(/\/face#/);
    const seen = await bench.post(bench.newBrowser(), form);
    expect([seen.status, seen.url.includes('/face#'), seen.text.includes('<form')]).toEqual([400, false, false]);
  });

  test('with temporarily_unavailable while the state store is down', async () => {
    const user = await enrolled();
    const form = await bench.start(user.id);
    const bringUp = bench.takeStateDown();
    try {
      const seen = await bench.post(bench.newBrowser(), form);
      expect(seen.url).not.toMatch(/\/face#/);
      expect(readForm(seen).fields).toMatchObject({ error: 'temporarily_unavailable', state: form.fields.state });
    } finally {
      bringUp();
    }
    expect((await bench.post(bench.newBrowser(), form)).url).toMatch(/\/face#/);
  });

  test('without the hint, nonce, state or token in the log', async () => {
    const user = await enrolled();
    const { form, answer } = await signIn(user.id, 'ada');
    await errorOf(user.id, { id_token_hint: form.fields.id_token_hint! });
    const again = await bench.start(user.id);
    await bench.newBrowser().follow(`${again.action}?${new URLSearchParams(again.fields)}`);
    const log = bench.server.log.text() + JSON.stringify(bench.server.audit.events);
    for (const secret of [form.fields.id_token_hint!, again.fields.id_token_hint!, answer.fields.id_token!]) {
      for (const part of secret.split('.').slice(1)) expect(log).not.toContain(part);
    }
    expect(log).not.toContain(form.fields.nonce);
    expect(log).not.toContain(form.fields.state);
    expect(log).toContain(form.fields['client-request-id']);
  });
});

describe('a request is refused', () => {
  const claims = (acr: readonly string[], amr: readonly string[]) =>
    JSON.stringify({ id_token: { acr: { essential: true, values: acr }, amr: { essential: true, values: amr } } });

  test.each<[string, Record<string, string>, string]>([
    ['for an access token', { response_type: 'id_token token' }, 'unsupported_response_type'],
    ['without the scope openid', { scope: 'profile' }, 'invalid_request'],
    [
      'for an acr that a face check cannot satisfy',
      { claims: claims(['knowledgeorpossession'], ['face']) },
      'unmet_authentication_requirements',
    ],
  ])('%s, with the error code that Entra expects', async (_, changes, error) => {
    const user = await enrolled();
    expect(await errorOf(user.id, changes)).toBe(error);
  });
});

describe('a form that is posted twice', () => {
  test('continues the same sign-in in the same browser', async () => {
    const user = await enrolled();
    const browser = bench.newBrowser();
    const form = await bench.start(user.id);
    const first = await bench.post(browser, form);
    const interactions = () =>
      new Set([...browser.jar.values()].map(({ path }) => /\/interaction\/.+/.exec(path)?.[0]));
    const before = interactions();
    const again = await bench.post(browser, {
      ...form,
      // The id of a request is for logs, and is none of what is asked.
      fields: { ...form.fields, 'client-request-id': '11111111-2222-4333-8444-555555555555' },
    });
    expect(first.url).toMatch(/\/face#/);
    expect(again.url).toMatch(/\/face#/);
    expect(interactions()).toEqual(before);
    const shown = await bench.show(browser, again.url, 'ada');
    const { fields } = readForm(await browser.follow(shown.returnUrl));
    expect(await bench.entra.finishExternalMfa(fields)).toMatchObject({ passed: true, userId: user.id, reason: null });
  });

  test('begins one sign-in if both arrive at once from two browsers', async () => {
    const user = await enrolled();
    const form = await bench.start(user.id);
    const seen = await Promise.all([1, 2].map(() => bench.post(bench.newBrowser(), form)));
    expect(seen.filter(({ url }) => url.includes('/face#'))).toHaveLength(1);
  });
});

describe('a request without a nonce', () => {
  test('passes, and the ID token has no nonce', async () => {
    const user = await enrolled();
    const browser = bench.newBrowser();
    const { action, fields } = await bench.entra.startExternalMfa({ userId: user.id, withNonce: false });
    expect(fields).not.toHaveProperty('nonce');
    const camera = await bench.post(browser, { action, fields: { ...fields } });
    const shown = await bench.show(browser, camera.url, 'ada');
    const answer = readForm(await browser.follow(shown.returnUrl)).fields;
    expect(decodeJwt(answer.id_token!)).not.toHaveProperty('nonce');
    expect(await bench.entra.finishExternalMfa(answer)).toMatchObject({ passed: true, reason: null });
  });
});

describe('a sign-in', () => {
  test('expires after four and a half minutes, also if the camera page is opened again', async () => {
    const user = await enrolled();
    const browser = bench.newBrowser();
    const begun = bench.server.clock.now();
    const first = await bench.post(browser, await bench.start(user.id));
    const interaction = [...browser.jar.values()].find(({ path }) => path.includes('/interaction/'))!.path;
    const expiryOf = async (link: string) => {
      const url = new URL('/face/open', link).href;
      return Date.parse((await callPage(browser, url, { ticket: ticketOf(link) })).body.view.expiresAt);
    };
    // The library's clock is the machine's own, in whole seconds.
    const latest = Math.max(begun, Date.now()) + 271_000;
    expect(await expiryOf(first.url)).toBeLessThanOrEqual(latest);
    bench.server.clock.advanceSec(60);
    const second = await browser.follow(`${new URL(bench.issuer).origin}${interaction}`);
    expect(second.url).toMatch(/\/face#/);
    expect(await expiryOf(second.url)).toBeLessThanOrEqual(latest);
  });
});

const lenient = await forFile(startExternalMfaBench({ policy: { whenNotEnrolled: 'enrol', userSecret: 'pin' } }));

describe('a policy that enrols at the first sign-in', () => {
  const signInWithPin = async (userId: string, person: string, pin: string) => {
    lenient.server.clock.advanceSec(1);
    const browser = lenient.newBrowser();
    const camera = await lenient.post(browser, await lenient.start(userId));
    const shown = await lenient.show(browser, camera.url, person, pin);
    const { fields } = readForm(await browser.follow(shown.returnUrl));
    return { fields, shown, result: await lenient.entra.finishExternalMfa(fields) };
  };

  test('enrols at the first sign-in and requires the same face and PIN at the next one', async () => {
    const user = lenient.addUser('ada');
    const first = await signInWithPin(user.id, 'ada', '271828');
    expect(first.shown.opened).toMatchObject({ purpose: 'enrol', consentNeeded: true });
    expect(first.result).toMatchObject({ passed: true });
    expect(Object.values(lenient.entra.tenant.users.get(user.id)!.extensions)).toHaveLength(1);
    const second = await signInWithPin(user.id, 'ada', '271828');
    expect(second.shown.opened).toMatchObject({ purpose: 'verify' });
    // One method is told, though a PIN took part as well.
    expect(decodeJwt(second.fields.id_token!)).toMatchObject({ amr: ['face'], acr: 'possessionorinherence' });
    expect(second.result).toMatchObject({ passed: true });
    expect((await signInWithPin(user.id, 'eve', '271828')).fields.error).toBe('access_denied');
    // Three tries were lost: another two, and the subject is locked out.
    const other = lenient.addUser('grace');
    await signInWithPin(other.id, 'grace', '271828');
    expect((await signInWithPin(other.id, 'grace', '314159')).fields.error).toBe('access_denied');
  });
});

/** Entra has proven the first factor, so the page may say that there is no enrolment. */
const missing = /"missingEnrolment":(null|\{[^}]*\})/g;

describe('the response does not reveal enrolments', () => {
  /** Everything the browser was shown and sent, without what is random. */
  async function trace(userId: string, person: string) {
    const { camera, shown, back, answer } = await signIn(userId, person);
    const plain = (text: string) => text.replaceAll(/[\w-]{20,}/g, '…').replaceAll(/20\d\d-[\dT:.-]+Z/g, 'then');
    const withoutMovements = (text: string) =>
      text.replaceAll(/"(left|right|up|down)"/g, '"turn"').replaceAll(/"opened":\[[\d,]*\]/g, '');
    return {
      camera: [camera.status, plain(camera.url)],
      answers: withoutMovements(plain(JSON.stringify(shown.answers).replaceAll(missing, ''))),
      isMissing: JSON.stringify(shown.answers).includes('"missingEnrolment":{"linkOffered":false}'),
      back: [back.status, plain(back.text)],
      error: answer.fields.error,
    };
  }

  test('is the same for another face, an unenrolled user and an ended enrolment; only the page says that there is no enrolment', async () => {
    const stranger = await trace((await enrolled()).id, 'eve');
    expect(stranger).toMatchObject({ error: 'access_denied', isMissing: false });
    const unenrolled = { ...stranger, isMissing: true };
    expect(await trace(bench.addUser('unenrolled').id, 'eve')).toEqual(unenrolled);
    const revoked = await enrolled();
    const connection = bench.server.deps.connections.get('work')!;
    await revokeSubject({ connection, subject: revoked.id }, bench.server.deps);
    bench.server.clock.advanceSec(1);
    expect(await trace(revoked.id, 'ada')).toEqual(unenrolled);
  });
});
