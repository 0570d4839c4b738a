import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaAdapter } from '../../adapters/okta/index.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { oktaClients } from '../../support/data/okta-clients.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { endAfterwards } from '../../support/run/for-file.js';
import { createFactorSignIn } from '../../support/servers/okta-factor-sign-in.js';
import { attachHook } from '../../support/servers/okta-hooks.js';
import { createIdentityVerification } from '../../support/servers/okta-identity-verification.js';
import { createReach, type ProviderBench, readResult, startProviderBench } from './provider-bench.js';

const hookSecret = 'Bearer a-secret-of-the-hooks-0123456789';
const secret = 'a-secret-of-the-client-0123456789abcdef';
const ada = 'Ada.Lovelace@example.com';

let reach: ReturnType<typeof createReach>;
let okta: OktaSimulator;
let bench: ProviderBench;
let adaId: string;

async function start(policy: Record<string, unknown> = {}): Promise<void> {
  reach = createReach();
  okta = await startOktaSimulator({
    now: () => reach.now(),
    hookTimeoutMs: 30_000,
    reach: (url, init) => reach.send(url, init),
    pages: [createFactorSignIn, createIdentityVerification],
  });
  endAfterwards(okta.close);
  const settings = createOktaConnectionGuard([]).parse({
    id: 'workforce',
    kind: 'okta',
    policy: { mode: 'enforce', liveness: 'challenge', ...policy },
    oidc: {
      clients: oktaClients(okta.url, secret),
    },
    okta: okta.toSettings(hookSecret),
  });
  bench = await startProviderBench({
    settings,
    reach,
    createAdapter: createOktaAdapter,
  });
  const { steps } = createOktaProvisioning({
    ...bench.server.deps,
    settings,
    publicUrl: testIssuer,
    fetch: (url, init) => fetch(url, init),
  });
  for (const step of steps) {
    const { state } = await step.inspect();
    if (step.title.startsWith('IdP Usage')) {
      // What only the console does.
      const idp = [...okta.org.identityProviders.values()].find(({ type }) => type === 'OIDC');
      okta.setIdpUsage(idp!.id, 'FACTOR_ONLY');
    } else if (/attribute|^Identity provider|authenticator/i.test(step.title) && state !== 'ready') await step.apply();
  }
  const uri = `${bench.server.origin}/hooks/workforce/token`;
  await attachHook(okta, {
    kind: 'token',
    uri,
    channel: { type: 'HTTP', header: 'Authorization', secret: hookSecret },
  });
  adaId = await okta.createUser({ login: ada, password: 'correct horse' });
  await bench.enrol(adaId, 'ada');
}
beforeEach(() => start());

const factorStart = (login: string) => `${okta.url}/signin/factor/start?user=${encodeURIComponent(login)}`;
const idvStart = (login: string, more = '') =>
  `${okta.url}/identity-verification/start?user=${encodeURIComponent(login)}${more}`;
const refused = (reason: string, said: unknown = expect.anything()) => ({
  result: 'refused',
  reason,
  details: { reason, said },
});

/** A sign-in at Okta from after the password, as far as our own page, and then with that name and face. */
async function signIn(login: string, { name = login, face }: { name?: string; face: string }) {
  const browser = bench.openBrowser();
  const asked = await browser.walk(factorStart(login));
  const camera = await browser.say(asked, name);
  const end = await browser.show(camera.url, face);
  return { asked, camera, ...readResult(end) };
}

describe('Okta: face as a factor', () => {
  test('signs in a user with a matching face, and the token hook consumes the check once', async () => {
    const { asked, camera, result, details } = await signIn(ada, { name: ada.toLowerCase(), face: 'ada' });
    expect(asked.text).toContain('name="username"');
    expect(camera.url.startsWith(`${testIssuer}/face#`)).toBe(true);
    expect(result).toBe('signed-in');
    expect(details.idToken).toMatchObject({
      iss: bench.issuer,
      aud: 'okta',
      sub: adaId,
      preferred_username: ada,
      email: ada,
      amr: ['face'],
      auth_time: expect.any(Number),
      nonce: expect.any(String),
    });
    expect(details.idToken).not.toHaveProperty('verified_claims');
    expect(details.accessToken.face_verification).toMatchObject({ result: 'verified', at: details.idToken.auth_time });
    // Without a face: the check was taken.
    expect(await okta.signIn({ login: ada, password: 'correct horse' })).toMatchObject({ error: 'server_error' });
  });

  test('refuses an unknown username after the same pages as for a known one', async () => {
    await okta.createUser({ login: 'charles@example.com', password: 'correct horse' });
    const { asked, camera, ...end } = await signIn(ada, { name: 'nobody@example.com', face: 'ada' });
    expect(asked.text).toContain('name="username"');
    expect(camera.url).toMatch(/\/face#/);
    expect(end).toMatchObject(refused('error', 'access_denied'));
    expect(await bench.server.deps.state.read(`passed:workforce:${adaId}`)).toBeNull();
  });
});

describe('Okta: identity verification', () => {
  const noNames = { given_name: { value: null, fuzzy: true }, family_name: { value: null, fuzzy: true } };

  test('returns verified_claims for the user of a matching face, without their name', async () => {
    const browser = bench.openBrowser();
    const camera = await browser.walk(idvStart(ada, '&flow=selfie'));
    expect(camera.url.startsWith(`${testIssuer}/face#`)).toBe(true);
    const { result, details } = readResult(await browser.show(camera.url, 'ada'));
    expect(result).toBe('signed-in');
    expect(details.idToken).toMatchObject({ iss: bench.issuer, aud: 'okta-idv', sub: adaId, amr: ['face'] });
    expect(details.idToken.verified_claims).toEqual([
      {
        verification: {
          trust_framework: 'IDV-DELEGATED',
          assurance_level: 'VERIFIED',
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          verification_process: expect.stringMatching(/^[\w-]{22}$/),
        },
        claims: { given_name: { value: 'MATCHED', fuzzy: true }, family_name: { value: 'MATCHED', fuzzy: true } },
      },
    ]);
    expect(details.idToken).not.toHaveProperty('preferred_username');
    expect(okta.org.log.at(-1)).toMatchObject({ outcome: { result: 'SUCCESS', reason: 'CLAIMS_VERIFIED' } });
  });

  test('leaves no pass for the token hook', async () => {
    const browser = bench.openBrowser();
    await browser.show((await browser.walk(idvStart(ada))).url, 'ada');
    expect(await okta.signIn({ login: ada, password: 'correct horse' })).toMatchObject({ error: 'server_error' });
  });

  test.each([
    ['another face', () => ada, 'eve'],
    ['an unenrolled user', () => 'charles@example.com', 'charles'],
  ])('of %s returns assurance_level FAILED and no authentication claims', async (_, login, face) => {
    await okta.createUser({ login: 'charles@example.com', password: 'correct horse' });
    const tokens: string[] = [];
    const { send } = reach;
    reach.send = async (url, init) => {
      const response = await send(url, init);
      if (url.endsWith('/token'))
        tokens.push(z.object({ id_token: z.string() }).parse(await response.clone().json()).id_token);
      return response;
    };
    const browser = bench.openBrowser();
    const end = await browser.show((await browser.walk(idvStart(login()))).url, face);
    expect(readResult(end)).toMatchObject(refused('evaluation', 'CLAIMS_NOT_VERIFIED'));
    const claims = decodeJwt(tokens[0]!);
    expect(claims.verified_claims).toMatchObject([{ verification: { assurance_level: 'FAILED' }, claims: noNames }]);
    expect(Object.keys(claims).toSorted()).toEqual(['aud', 'exp', 'iat', 'iss', 'nonce', 'sub', 'verified_claims']);
  });

  test('enrols no user, because it also runs for users who have lost their password', async () => {
    await start({ whenNotEnrolled: 'enrol' });
    const charles = await okta.createUser({ login: 'charles@example.com', password: 'correct horse' });
    const browser = bench.openBrowser();
    const end = await browser.show((await browser.walk(idvStart('charles@example.com'))).url, 'charles');
    expect(readResult(end)).toMatchObject(refused('evaluation'));
    expect(okta.org.users.get(charles)!.profile).not.toHaveProperty('facestepToken');
  });

  test('stores and logs nothing of the identity claims that Okta sends', async () => {
    const written: string[] = [];
    const { state } = bench.server.deps;
    const { write } = state;
    state.write = (key, value, options) => {
      written.push(JSON.stringify(value));
      return write.call(state, key, value, options);
    };
    okta.org.users.get(adaId)!.profile.lastName = 'Canary-Lovelace';
    const browser = bench.openBrowser();
    await browser.show((await browser.walk(idvStart(ada))).url, 'ada');
    expect(written.length).toBeGreaterThan(5);
    expect(written.join()).not.toContain('Canary');
    expect(bench.server.log.text()).not.toContain('Canary');
  });

  const authorize = (query: Record<string, string>) =>
    bench.openBrowser().walk(`${bench.issuer}/authorize?${new URLSearchParams(query)}`);
  const requestUriOf = async () => {
    const form = {
      client_id: 'okta-idv',
      client_secret: secret,
      response_type: 'code',
      scope: 'openid identity_assurance',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
      nonce: 'n',
      state: 's',
      login_hint: adaId,
      redirect_uri: `${okta.url}/idp/identity-verification/callback`,
    };
    const response = await bench.send(`${bench.issuer}/par`, { method: 'POST', body: new URLSearchParams(form) });
    expect(response.status).toBe(201);
    return z.object({ request_uri: z.string() }).parse(await response.json()).request_uri;
  };

  test('requires a pushed request, which can be used once and only by its client', async () => {
    const given = { client_id: 'okta-idv', response_type: 'code', scope: 'openid', login_hint: adaId };
    const redirect_uri = `${okta.url}/idp/identity-verification/callback`;
    const bare = await authorize({ ...given, redirect_uri, code_challenge: 'x'.repeat(43), state: 's' });
    expect(new URL(bare.url).searchParams.get('error')).toBe('invalid_request');
    const request_uri = await requestUriOf();
    const browser = bench.openBrowser();
    const camera = await browser.walk(`${bench.issuer}/authorize?${new URLSearchParams({ request_uri })}`);
    expect(camera.url).toMatch(/\/face#/);
    const end = await browser.show(camera.url, 'ada');
    expect(new URL(end.url).searchParams.get('code')).not.toBeNull();
    // Another client of the same provider does not get it.
    const foreign = { request_uri: await requestUriOf(), client_id: 'okta' };
    for (const query of [{ request_uri }, { request_uri: `${request_uri}x` }, foreign]) {
      expect(await authorize(query)).toMatchObject({ status: 400, url: expect.stringContaining(bench.issuer) });
    }
  });
});
