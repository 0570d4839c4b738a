import { beforeEach, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { SignIn } from '../../simulators/okta/index.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { beginPage, draw } from '../../support/benches/capture-bench.js';
import type { openPage } from '../../support/benches/capture-page.js';
import { createAuthenticator } from '../../support/fakes/authenticator.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { attachHook, type HookChannelSettings } from '../../support/servers/okta-hooks.js';
import { hookSecret, type OktaBench, openOktaBench } from '../contract/okta.js';
import { type OktaServer, startOktaServer } from '../contract/okta-server.js';

const password = 'correct horse';
const ada = { login: 'ada@example.com', password };
const grace = { login: 'grace@example.com', password };
const headerChannel: HookChannelSettings = { type: 'HTTP', header: 'Authorization', secret: hookSecret };

let bench: OktaBench;
let server: OktaServer;
let adaId: string;
let graceId: string;
beforeEach(async () => {
  bench = await openOktaBench();
  server = await startOktaServer(bench);
  adaId = await bench.okta.createUser(ada);
  graceId = await bench.okta.createUser(grace);
});

const attachTokenHook = (
  uri = `${server.origin}/hooks/workforce/token`,
  channel: HookChannelSettings = headerChannel,
) => attachHook(bench.okta, { kind: 'token', uri, channel });

/** The claims of a token, its signature checked with the published keys as an application does. */
async function claimsOf(token: string | null): Promise<Record<string, unknown>> {
  const keys = createRemoteJWKSet(new URL(`${bench.okta.url}/oauth2/default/v1/keys`));
  return (await jwtVerify(token ?? '', keys, { currentDate: new Date(bench.clock.now()) })).payload;
}

/** The face claims of both tokens; `null` where there is none. */
async function facesOf(signIn: SignIn): Promise<{ id: unknown; access: unknown }> {
  if (!signIn.ok) throw new Error(signIn.description);
  const face = async (token: string | null) => (await claimsOf(token)).face_verification ?? null;
  return { id: signIn.idToken === null ? null : await face(signIn.idToken), access: await face(signIn.accessToken) };
}

const denied = { ok: false, error: 'server_error', description: expect.stringMatching(/^face_not_verified: /) };

/* Faces, over the REST API. */
const enrol = (subject: string, person: string) =>
  server.post(
    '/enrolments',
    {
      connection: 'workforce',
      subject,
      consentStatement: 'face-check-1',
      consentGivenAt: new Date(bench.clock.now()).toISOString(),
    },
    [drawPicture(person, 1), drawPicture(person, 2)],
  );
const checkFace = async (fields: Record<string, string>, person: string) => {
  const started = await server.post('/step-ups', fields);
  const { id, challenge } = started.body;
  return (await server.post(`/step-ups/${id}/photos`, { challenge: challenge! }, [drawPicture(person, 3)])).body;
};
const stepUp = async (subject: string, person: string) =>
  (await checkFace({ connection: 'workforce', subject, application: bench.okta.application }, person)).state;
const tokenOf = (user: string) => bench.okta.org.users.get(user)?.profile.facestepToken;

describe('a sign-in at Okta', () => {
  test('requires a check of the user’s enrolled face, until the enrolment is revoked', async () => {
    await attachTokenHook();
    expect((await enrol(adaId, 'ada')).status).toBe(201);
    expect(tokenOf(adaId)).toMatch(/^.{100,256}$/);

    expect(await stepUp(adaId, 'grace')).toBe('failed');
    expect(await bench.okta.signIn(ada)).toMatchObject(denied);

    expect(await stepUp(adaId, 'ada')).toBe('passed');
    expect(await facesOf(await bench.okta.signIn(ada))).toMatchObject({ access: { result: 'verified' } });

    // The token copied into another user's profile is bound to the first.
    bench.okta.org.users.get(graceId)!.profile.facestepToken = tokenOf(adaId);
    expect(await stepUp(graceId, 'ada')).toBe('failed');
    expect(await bench.okta.signIn(grace)).toMatchObject(denied);

    // A step-up that has passed does not outlive the enrolment.
    expect(await stepUp(adaId, 'ada')).toBe('passed');
    const revoked = await server.post('/enrolments/revoke', { connection: 'workforce', subject: adaId });
    expect(revoked.status).toBe(200);
    expect(tokenOf(adaId)).toBeUndefined();
    expect(await bench.okta.signIn(ada)).toMatchObject(denied);
    expect(await stepUp(adaId, 'ada')).toBe('failed');
  });
});

test('a rule for a passkey or a face lets a sign-in with the passkey pass once, and the token says so', async () => {
  await server.stop();
  const rules = [{ name: 'either', when: {}, outcome: 'passkey_or_face', mode: 'enforce' }];
  server = await startOktaServer(bench, bench.connect({ policy: { rules } }));
  await attachTokenHook();
  const authenticator = createAuthenticator({ origin: new URL(server.api.deps.issuer).origin });
  const optionsOf = async (page: ReturnType<typeof openPage>) =>
    (await page.post('/face/passkey')).body.options as JsonObject;
  const who = { connection: 'workforce', subject: adaId };
  const { page } = await beginPage(server.api, who, '/invitations');
  await page.consent();
  const passkey = JSON.stringify(authenticator.create(await optionsOf(page)));
  expect((await page.check(draw('ada'), { passkey })).body.outcome).toBe('passed');
  expect(await bench.okta.signIn(ada)).toMatchObject(denied);

  const { page: later } = await beginPage(server.api, { ...who, application: bench.okta.application });
  const shown = JSON.stringify(authenticator.get(await optionsOf(later)));
  expect((await later.post('/face/another-way/passkey', { passkey: shown })).status).toBe(200);
  const { access } = await facesOf(await bench.okta.signIn(ada));
  expect(access).toMatchObject({ result: 'another_way' });
  expect(await bench.okta.signIn(ada)).toMatchObject(denied);
});

describe('Okta ignores a failed hook', () => {
  test('the token hook denies before Okta’s timeout if the state store hangs', async () => {
    bench.okta.org.hookTimeoutMs = 3_000;
    await server.stop();
    const state = { ...bench.core.state, readMany: () => new Promise<never>(() => {}) };
    const adapter = bench.connect({ core: { state } });
    // Half of Okta's time is for the way. That the answer comes is looked at here, not how busy this machine is.
    expect(adapter.hooks.token?.budgetMs).toBeLessThanOrEqual(bench.okta.org.hookTimeoutMs / 2);
    bench.okta.org.hookTimeoutMs = 30_000;
    server = await startOktaServer(bench, adapter);
    await attachTokenHook();
    expect(await bench.okta.signIn(ada)).toMatchObject(denied);
  });
});

describe('registration', () => {
  const post = async (form: 'new' | 'update', body: unknown) => {
    const response = await fetch(`${bench.okta.url}/idp/idx/enroll/${form}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const attach = (uri = `${server.origin}/hooks/workforce/registration`) =>
    attachHook(bench.okta, { kind: 'registration', uri, channel: headerChannel });

  const newcomer = { login: 'new@example.com', email: 'new@example.com', firstName: 'New', lastName: 'User' };
  const signUp = (profile: object) => post('new', { userProfile: { ...newcomer, ...profile }, password });
  const userOf = (login: string) => [...bench.okta.org.users.values()].find(({ profile }) => profile.login === login);

  test.each(['profile', 'form'])(
    'a sign-up requires a receipt of a face check against the application’s token, sent in the %s',
    async (receiptIn) => {
      const okta = { registration: { receiptIn }, provision: { registration: {} } };
      await server.stop();
      server = await startOktaServer(bench, bench.connect({ okta }));
      await attach();
      const { steps } = bench.provision({ okta, publicUrl: server.origin });
      for (const step of steps.filter(({ title }) => /facestepReceipt|user profile policy/.test(title))) {
        expect(await step.inspect()).not.toEqual({ state: 'blocked' });
        await step.apply();
        expect(await step.inspect()).toEqual({ state: 'ready' });
      }
      expect(bench.okta.org.attributes.has('facestepReceipt')).toBe(receiptIn === 'profile');
      const { token } = (await server.post('/generate', {}, [drawPicture('new', 1), drawPicture('new', 2)])).body;
      const audience = `${bench.core.issuer}/hooks/workforce`;
      const fields = { connection: 'workforce', subject: newcomer.login, token: token!, audience };

      expect(await signUp({})).toMatchObject({ status: 403 });
      expect(await checkFace(fields, 'ada')).toMatchObject({ state: 'failed', receipt: null });
      const { receipt } = await checkFace(fields, 'new');
      expect(await signUp({ login: 'other@example.com', facestepReceipt: receipt })).toMatchObject({ status: 403 });
      expect(await signUp({ facestepReceipt: `${receipt}x` })).toMatchObject({
        status: 403,
        body: { messages: ['A finished face check is needed first.'] },
      });
      expect(userOf(newcomer.login)).toBeUndefined();

      expect(await signUp({ facestepReceipt: receipt })).toMatchObject({ status: 200 });
      expect(userOf(newcomer.login)?.profile).toEqual(newcomer);
      expect(await signUp({ login: 'New@example.com', facestepReceipt: receipt })).toMatchObject({ status: 403 });
    },
  );
});

describe('a user who is deactivated', () => {
  beforeEach(async () => {
    const provisioning = bench.provision({ publicUrl: server.origin, okta: { passwordImport: undefined } });
    for (const { inspect, apply } of provisioning.steps) if ((await inspect()).state === 'missing') await apply();
    await enrol(adaId, 'ada');
    expect(await stepUp(adaId, 'ada')).toBe('passed');
  });

  test('loses the token, and needs a new enrolment after reactivation', async () => {
    bench.okta.org.allowsUpdatesToDeactivated = true;
    await bench.okta.changeStatus(adaId, 'deactivate');
    await bench.okta.settleEvents();
    expect(tokenOf(adaId)).toBeUndefined();
    await bench.okta.changeStatus(adaId, 'activate');
    expect(await bench.okta.signIn(ada)).toMatchObject(denied);
    expect(await stepUp(adaId, 'ada')).toBe('failed');
    await enrol(adaId, 'ada');
    expect(await stepUp(adaId, 'ada')).toBe('passed');
  });
});

describe('a user with password import', () => {
  const login = 'imported@example.com';
  const signIn = (typed: string) => bench.okta.signIn({ login, password: typed });

  test('signs in after a face check and a correct password, and is stored at Okta afterwards', async () => {
    await attachHook(bench.okta, {
      kind: 'password-import',
      uri: `${server.origin}/hooks/workforce/password-import`,
      channel: headerChannel,
    });
    await bench.okta.createUserToImport(login);
    const { token } = (await server.post('/generate', {}, [drawPicture('imported', 1), drawPicture('imported', 2)]))
      .body;
    const fields = { connection: 'workforce', subject: login, token: token!, application: bench.okta.application };
    expect(await signIn(password)).toMatchObject({ ok: false, error: 'invalid_grant' });
    expect(bench.passwordsAsked).toEqual([]);
    expect(await checkFace(fields, 'imported')).toMatchObject({ state: 'passed' });
    expect(await signIn('a guess')).toMatchObject({ ok: false });
    expect(await checkFace(fields, 'imported')).toMatchObject({ state: 'passed' });
    expect(await signIn(password)).toMatchObject({ ok: true });
    expect(await signIn(password)).toMatchObject({ ok: true });
    expect(bench.passwordsAsked).toHaveLength(2);
  });
});
