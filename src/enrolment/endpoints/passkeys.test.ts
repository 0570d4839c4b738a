import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginAgreed, draw, startCapture, who } from '../../../support/benches/capture-bench.js';
import type { openPage } from '../../../support/benches/capture-page.js';
import { createAuthenticator } from '../../../support/fakes/authenticator.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { type ApiServer, toForm } from '../../../support/servers/api-server.js';
import type { JsonObject } from '../../core/base/json.js';
import type { Policy } from '../../core/connection.js';

let server: ApiServer;

type Page = ReturnType<typeof openPage>;

async function setUp(given: Partial<Policy>) {
  const { acme, auth, connections, ...started } = await startCapture(given);
  server = started.server;
  const { origin } = new URL(server.deps.issuer);
  return {
    newAuthenticator: () => createAuthenticator({ origin }),
    invite: async (more: object = {}) => (await beginAgreed(server, more, '/invitations')).page,
    stepUp: async (more: object = {}) =>
      (await beginAgreed(server, { audience: 'https://app.example.com', ...more })).page,
    enrolByApi: (fields: Record<string, string>) => {
      const consent = { consentStatement: 'v1', consentGivenAt: new Date(server.clock.now()).toISOString() };
      const photo = [1, 2, 3].map((shot) => drawPicture('ada', shot));
      return server.postForm('/enrolments', toForm({ ...who, ...consent, ...fields, photo }), auth);
    },
    revoke: () => server.postJson('/enrolments/revoke', who, auth),
    change: (next: Partial<Policy>) => connections.set('acme', { ...acme, policy: { ...acme.policy, ...next } }),
    auth,
  };
}

/** The options of the ceremony that the server asks for. */
const optionsOf = async (page: Page) => (await page.post('/face/passkey')).body.options as JsonObject;

type Authenticator = ReturnType<typeof createAuthenticator>;

async function enrol(page: Page, authenticator: Authenticator, person = 'ada') {
  const answer = authenticator.create(await optionsOf(page));
  return { answer, ...(await page.check(draw(person), { passkey: JSON.stringify(answer) })) };
}

async function check(page: Page, authenticator: Authenticator, person = 'ada') {
  const passkey = JSON.stringify(authenticator.get(await optionsOf(page)));
  return page.check(draw(person), { passkey });
}

describe('a connection with passkeys', () => {
  const passkeys = { userSecret: 'passkey', organisation: 'Acme', replaceFace: 'link' } as const;

  test('enrols and passes with face and authenticator, and records both methods', async () => {
    const { newAuthenticator, invite, stepUp } = await setUp(passkeys);
    const authenticator = newAuthenticator();
    const page = await invite();
    expect((await page.post('/face/passkey')).body).toMatchObject({
      ceremony: 'create',
      options: { rp: { name: 'Acme' }, user: { name: '00u1' } },
    });
    const { body, answer } = await enrol(page, authenticator);
    expect(body).toMatchObject({ outcome: 'passed', view: { purpose: 'enrol', state: 'passed' } });
    const next = await stepUp();
    expect((await next.get('/face/session')).body.view).toMatchObject({ userSecret: 'passkey' });
    expect((await next.post('/face/passkey')).body).toMatchObject({
      ceremony: 'get',
      options: { allowCredentials: [{ id: answer.creation.id }] },
    });
    const checked = await check(next, authenticator);
    expect(checked.body.outcome).toBe('passed');
    expect(decodeJwt(String(checked.body.receipt)).amr).toEqual(['face', 'hwk']);
    const secret = answer.creation.clientExtensionResults.prf.results!.first;
    expect(server.log.text() + JSON.stringify(server.audit.events)).not.toContain(secret);
  });

  test('refuses a check without a valid passkey answer before the face is compared, and the step-up remains open', async () => {
    const { newAuthenticator, invite, stepUp } = await setUp(passkeys);
    const authenticator = newAuthenticator();
    await enrol(await invite(), authenticator);
    const page = await stepUp();
    const frames = await page.takeFrames(draw('ada'));
    const { answer } = await enrol(await invite(), newAuthenticator());
    for (const fields of [{}, { pin: '482915' }, { passkey: '{}' }, { passkey: JSON.stringify(answer) }]) {
      const { status, body } = await page.send({ nonce: frames.nonce, photo: frames.photos, ...fields });
      expect([status, body.code]).toEqual([400, 'secret_missing']);
    }
    expect((await page.get('/face/session')).body.view).toMatchObject({ state: 'started', triesLeft: 3 });
  });

  test('gives the same reply for a wrong authenticator, forged output, reused answer, unknown credential or wrong face', async () => {
    const { newAuthenticator, invite, stepUp } = await setUp(passkeys);
    const authenticator = newAuthenticator();
    const { answer } = await enrol(await invite(), authenticator);
    const foreign = newAuthenticator();
    foreign.create(await optionsOf(await invite({ subject: '00u2' })));
    const clientExtensionResults = answer.creation.clientExtensionResults;

    const answers: unknown[] = [];
    const note = ({ status, body }: Awaited<ReturnType<typeof check>>) => {
      const { id: _, expiresAt: __, ...view } = body.view as JsonObject;
      answers.push({ status, ...body, view });
    };
    const begun = async (subject = '00u1') => {
      const page = await stepUp({ subject });
      return { page, options: await optionsOf(page) };
    };
    const send = async (page: Page, given: unknown, person = 'ada') =>
      note(await page.check(draw(person), { passkey: JSON.stringify(given) }));

    const wrongFace = await begun();
    await send(wrongFace.page, authenticator.get(wrongFace.options), 'eve');
    const other = await begun();
    await send(other.page, foreign.get(other.options));
    const forged = await begun();
    const { assertion } = foreign.get(forged.options);
    await send(forged.page, { assertion: { ...assertion, clientExtensionResults } });
    const spent = await begun();
    const once = authenticator.get(spent.options);
    const elsewhere = await begun();
    await send(elsewhere.page, once);
    const unenrolled = await begun('00u2');
    await send(unenrolled.page, foreign.get(unenrolled.options));
    server.clock.advanceSec(15 * 60);
    const unknown = await begun('00u9');
    await send(unknown.page, foreign.get(unknown.options));

    expect(answers[0]).toMatchObject({ status: 200, outcome: 'try_again', receipt: null, view: { triesLeft: 2 } });
    for (const each of answers) expect(each).toEqual(answers[0]);
    expect(answers).toHaveLength(6);
    expect((await check(await stepUp(), authenticator)).body.outcome).toBe('passed');
  });

  test('after the loss of a device requires a revocation, an invitation and a new enrolment', async () => {
    const { newAuthenticator, invite, stepUp, revoke, enrolByApi } = await setUp(passkeys);
    const lost = newAuthenticator();
    await enrol(await invite(), lost);
    expect((await enrolByApi({})).body.code).toBe('secret_missing');
    expect((await enrolByApi({ password: '482915' })).body.code).toBe('secret_missing');
    const fresh = newAuthenticator();
    await revoke();
    expect(await server.deps.state.read('passkey:acme:00u1')).toBeNull();
    await enrol(await invite(), fresh);
    expect((await check(await stepUp(), lost)).body.outcome).toBe('try_again');
    expect((await check(await stepUp(), fresh)).body.outcome).toBe('passed');
  });

  test('refuses photos that do not come from the page', async () => {
    const { auth } = await setUp({ ...passkeys, liveness: 'off' });
    const { body } = await server.postJson('/step-ups', who, auth);
    const form = toForm({ challenge: String(body.challenge), password: 'A'.repeat(43), photo: drawPicture('ada', 1) });
    expect((await server.postForm(`/step-ups/${body.id}/photos`, form)).body.code).toBe('secret_missing');
  });
});

describe('a connection with PINs', () => {
  const pins = { userSecret: 'pin' } as const;
  const pin = '482915';

  test('enrols and passes with face and PIN, and records both methods', async () => {
    const { invite, stepUp } = await setUp(pins);
    expect((await (await invite()).check(draw('ada'), { pin })).body.outcome).toBe('passed');
    const { body } = await (await stepUp()).check(draw('ada'), { pin });
    expect(decodeJwt(String(body.receipt)).amr).toEqual(['face', 'pin']);
  });

  test('allows the user to replace a weak PIN without new photos', async () => {
    const { invite } = await setUp(pins);
    const page = await invite();
    const { nonce, photos } = await page.takeFrames(draw('ada'));
    const frames = { nonce, photo: photos };
    expect((await page.send({ ...frames, pin: '123456' })).body.code).toBe('secret_weak');
    expect((await page.send(frames)).body.code).toBe('secret_missing');
    expect((await page.send({ ...frames, pin: '12345' })).body.code).toBe('request_malformed');
    expect((await page.send({ ...frames, pin })).body.outcome).toBe('passed');
  });

  test('accepts an enrolment of a backend only with a strong PIN', async () => {
    const { enrolByApi, stepUp } = await setUp(pins);
    expect((await enrolByApi({})).body.code).toBe('secret_missing');
    expect((await enrolByApi({ password: 'correct horse' })).body.code).toBe('secret_missing');
    expect((await enrolByApi({ password: '111111' })).body.code).toBe('secret_weak');
    expect((await enrolByApi({ password: pin })).status).toBe(201);
    expect((await (await stepUp()).check(draw('ada'), { pin })).body.outcome).toBe('passed');
  });
});
