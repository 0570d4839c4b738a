import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { cognitoClientGuard } from '../../adapters/cognito/config.js';
import { createCognitoClients } from '../../adapters/cognito/index.js';
import { oktaFactorGuard, oktaIdvGuard } from '../../adapters/okta/config.js';
import { createOktaClients } from '../../adapters/okta/oidc.js';
import { createOidcGuard } from '../../src/config/oidc.js';
import { bindingOf } from '../../src/core/connection.js';
import { attemptsOfAllAnonymous, attemptsOfSubject } from '../../src/core/limits/attempts.js';
import { readAttempts } from '../../src/core/limits/lockout.js';
import { toEpochSec } from '../../src/core/units.js';
import { clientSecret, loginOf, redirectUri, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';

/* Whose failures count for whom: what a request has to be, for a wrong face to be the person's own failure. */

const orgUrls = ['https://org.example.com'];
const oktaRedirectUri = 'https://org.example.com/oauth2/v1/authorize/callback';
const idvRedirectUri = 'https://org.example.com/idp/identity-verification/callback';
const pages = { termsOfUse: 'https://example.com/terms', privacyPolicy: 'https://example.com/privacy' };

const pair = await generateKeyPair('ES256');
let op: TestIssuer;
// Each begins with the server's clock at the library's: showing a face moves it.
beforeEach(async () => {
  const apps = createOidcGuard([]).parse({
    clients: [
      { kind: 'relying_party', id: 'app', secret: clientSecret, redirectUris: [redirectUri] },
      {
        kind: 'relying_party',
        id: 'keyed',
        publicKeys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1' }],
        redirectUris: [redirectUri],
      },
      { kind: 'relying_party', id: 'spa', redirectUris: [redirectUri] },
    ],
  });
  const okta = createOidcGuard([], oktaFactorGuard, oktaIdvGuard).parse({
    clients: [
      { kind: 'okta_factor', id: 'okta', secret: clientSecret, orgUrls },
      { kind: 'okta_idv', id: 'idv', secret: clientSecret, orgUrls, ...pages },
    ],
  });
  const cognito = createOidcGuard([], cognitoClientGuard).parse({
    clients: [{ kind: 'cognito', id: 'cognito', secret: clientSecret, domains: orgUrls }],
  });
  op = await startIssuer({
    config: apps,
    createOidcClients: (deps) => [...createOktaClients(okta, deps), ...createCognitoClients(cognito, deps)],
    policy: { whenNotEnrolled: 'enrol' },
  });
  await op.enrol('anna');
});

const binding = () => bindingOf(op.connection, 'anna');
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const asked = (clientId: string) => ({
  client_id: clientId,
  redirect_uri:
    { okta: oktaRedirectUri, idv: idvRedirectUri, cognito: `${orgUrls[0]}/oauth2/idpresponse` }[clientId] ??
    redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 's-1',
  nonce: 'n-1',
  login_hint: clientId === 'idv' ? 'anna' : loginOf('anna'),
  code_challenge: challenge,
  code_challenge_method: 'S256',
});
type Params = Partial<ReturnType<typeof asked>>;

const nowSec = () => toEpochSec(op.server.clock.now());
const timesOf = (seconds = 0) => ({ iat: nowSec() + seconds, exp: nowSec() + seconds + 300 });

/** As a client signs its request. */
const sign = (clientId: string, claims: object = {}, { alg = 'HS256', secret = clientSecret } = {}) => {
  const jwt = new SignJWT({ ...asked(clientId), iss: clientId, aud: op.issuer, ...timesOf(), ...claims });
  const key = alg.startsWith('HS') ? new TextEncoder().encode(secret) : pair.privateKey;
  return jwt.setProtectedHeader({ alg }).sign(key);
};

const open = (params: Record<string, string>) => {
  const browser = op.newBrowser();
  return { browser, seen: browser.follow(`${op.issuer}/authorize?${new URLSearchParams(params)}`) };
};

/** Shows the wrong face after a request, three times. @returns whose failures that were, and what the client was told */
async function failAfter(params: Record<string, string>) {
  const { browser, seen } = open(params);
  let { url, text } = await seen;
  if (text.includes('name="username"')) {
    const body = new URLSearchParams({ username: loginOf('anna') });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    ({ url, text } = await browser.follow(url, { method: 'POST', body: body.toString(), headers }));
  }
  if (!url.includes('/face#')) return { error: new URL(url).searchParams.get('error') };
  await op.show(browser, url, 'eve');
  const [own, outsiders] = await Promise.all(
    [attemptsOfSubject(binding()), attemptsOfAllAnonymous(binding())].map((who) => readAttempts(who, op.server.deps)),
  );
  return { own: own!.failures, outsiders: outsiders!.failures };
}
const ownFailures = { own: 3, outsiders: 0 };
const outsidersFailures = { own: 0, outsiders: 3 };

async function push(clientId: string, form: Record<string, string>) {
  const body = new URLSearchParams({ ...form, client_id: clientId });
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (clientId === 'idv') body.set('client_secret', clientSecret);
  else if (clientId !== 'spa')
    headers.authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const response = await op.open(`${op.issuer}/par`, { method: 'POST', body: body.toString(), headers });
  const { request_uri: uri = '', error }: { request_uri?: string; error?: string } = Object(await response.json());
  return { request_uri: uri, error };
}

describe('a mismatch counts as a failure of the user after', () => {
  test.each<[string, string, object]>([
    ['a request that an application signed with its secret', 'app', {}],
    ['a request signed by an application with its key', 'keyed', { alg: 'ES256' }],
    ['a request signed by Okta', 'okta', {}],
  ])('%s', async (_, clientId, how) => {
    expect(await failAfter({ client_id: clientId, request: await sign(clientId, {}, how) })).toEqual(ownFailures);
  });

  test.each<[string, () => object]>([
    ['without iat that expires within ten minutes', () => ({ iat: undefined, exp: nowSec() + 600 })],
    ['without exp', () => ({ exp: undefined })],
  ])('a signed request %s', async (_, claims) => {
    expect(await failAfter({ client_id: 'app', request: await sign('app', claims()) })).toEqual(ownFailures);
  });

  test('a request that an application pushed with its secret', async () => {
    const { request_uri } = await push('app', asked('app'));
    expect(await failAfter({ client_id: 'app', request_uri })).toEqual(ownFailures);
  });

  test('a signed request with different unsigned parameters', async () => {
    const beside: Params = { login_hint: loginOf('berta'), scope: 'openid profile' };
    expect(await failAfter({ ...beside, client_id: 'app', request: await sign('app') })).toEqual(ownFailures);
  });
});

describe('a mismatch counts as an anonymous failure after', () => {
  test.each(['app', 'okta', 'spa', 'cognito'])('a plain request of %s', async (clientId) => {
    expect(await failAfter(asked(clientId))).toEqual(outsidersFailures);
  });

  test('a pushed request of Okta’s identity verification, which also runs after a lost password', async () => {
    const { request_uri } = await push('idv', asked('idv'));
    expect(await failAfter({ client_id: 'idv', request_uri })).toEqual(outsidersFailures);
  });

  test('a signed request of Cognito, which forwards any name from the browser', async () => {
    expect(await failAfter({ client_id: 'cognito', request: await sign('cognito') })).toEqual(outsidersFailures);
  });

  test('a pushed request of a public client', async () => {
    const { request_uri } = await push('spa', asked('spa'));
    expect(await failAfter({ client_id: 'spa', request_uri })).toEqual(outsidersFailures);
  });

  test('a signed request without login_hint, whose unsigned login_hint is ignored', async () => {
    const request = await sign('app', { login_hint: undefined });
    expect(await failAfter({ client_id: 'app', login_hint: loginOf('anna'), request })).toEqual(outsidersFailures);
  });

  test.each<[string, () => object]>([
    ['that was signed eleven minutes ago', () => ({ ...timesOf(-660), exp: nowSec() + 300 })],
    ['that expires in an hour and has no iat', () => ({ iat: undefined, exp: nowSec() + 3600 })],
    ['without iat that may be older than the store’s replay records', () => ({ iat: undefined, exp: nowSec() + 300 })],
    ['without iat and exp', () => ({ iat: undefined, exp: undefined })],
  ])('a signed request %s', async (_, claims) => {
    expect(await failAfter({ client_id: 'app', request: await sign('app', claims()) })).toEqual(outsidersFailures);
  });

  test('a signed request that is sent again, also with a changed signature encoding', async () => {
    const request = await sign('app');
    expect(await failAfter({ client_id: 'app', request })).toEqual(ownFailures);
    expect(await failAfter({ client_id: 'app', request })).toEqual({ own: 3, outsiders: 3 });
    expect(await failAfter({ client_id: 'app', request: `${request}=` })).toMatchObject({});
    const own = await readAttempts(attemptsOfSubject(binding()), op.server.deps);
    expect(own.failures).toBe(3);
  });

  test('a signed request that is opened by six browsers at once, except for one of them', async () => {
    const request = await sign('app');
    const browsers = Array.from({ length: 6 }, () => open({ client_id: 'app', request }));
    const links = await Promise.all(browsers.map(async ({ browser, seen }) => ({ browser, url: (await seen).url })));
    for (const { browser, url } of links) await op.show(browser, url, 'eve');
    const own = await readAttempts(attemptsOfSubject(binding()), op.server.deps);
    expect(own).toEqual({ failures: 3, lockedUntil: null });
  });
});

test('a signed request cannot enrol a user, because a browser delivers it', async () => {
  const params = { login_hint: loginOf('unenrolled') };
  const { browser, seen } = open({ client_id: 'app', request: await sign('app', params) });
  const { outcome } = await op.show(browser, (await seen).url, 'unenrolled');
  expect(outcome).not.toBe('passed');
  expect(op.profile.attributes.get('unenrolled')).toBeNull();
});

describe('the authorization endpoint refuses', () => {
  const unsigned = () => new UnsecuredJWT({ ...asked('app'), iss: 'app', aud: op.issuer, ...timesOf() }).encode();
  test.each<[string, () => Promise<string> | string]>([
    ['an unsigned request', unsigned],
    ['a request signed with another secret', () => sign('app', {}, { secret: `${clientSecret}x` })],
    [
      'a request signed with another algorithm',
      () => sign('app', {}, { alg: 'HS512', secret: clientSecret.padEnd(64, 'x') }),
    ],
    ['a request signed with another client’s key', () => sign('app', {}, { alg: 'ES256' })],
    ['an expired request', () => sign('app', timesOf(-600))],
    ['a request with nbf in the future', () => sign('app', { nbf: nowSec() + 300 })],
    [
      'a request with a changed payload',
      async () => {
        const [header, , signature] = (await sign('app')).split('.');
        const [, payload] = (await sign('app', { login_hint: loginOf('berta') })).split('.');
        return `${header}.${payload}.${signature}`;
      },
    ],
  ])('%s', async (_, make) => {
    const { error } = await failAfter({ ...asked('app'), request: await make() });
    expect(error).toMatch(/^invalid_request/);
  });

  test('a signed request of a client without a secret or key', async () => {
    for (const alg of ['HS256', 'ES256']) {
      const { error } = await failAfter({ ...asked('spa'), request: await sign('spa', {}, { alg }) });
      expect(error).toBe('invalid_request_object');
    }
  });

  test('a request signed by HMAC with the public key as the secret', async () => {
    const secret = JSON.stringify(await exportJWK(pair.publicKey));
    const { error } = await failAfter({ ...asked('keyed'), request: await sign('keyed', {}, { secret }) });
    expect(error).toBe('invalid_request_object');
  });
});
