import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { createOidcGuard } from '../../src/config/oidc.js';
import {
  clientSecret,
  oidcConfig,
  prepareRequest,
  redirectUri,
  startIssuer,
  type TestIssuer,
} from '../../support/benches/issuer.js';

let op: TestIssuer;
const signer = await generateKeyPair('ES256', { extractable: true });
const edwards = await generateKeyPair('Ed25519', { extractable: true });
beforeEach(async () => {
  const publicKeys = [
    { ...(await exportJWK(signer.publicKey)), kid: 'k1' },
    { ...(await exportJWK(edwards.publicKey)), kid: 'k2', alg: 'EdDSA' },
    { ...(await exportJWK(edwards.publicKey)), kid: 'k3', alg: 'Ed25519' },
  ];
  const assertive = { kind: 'relying_party', id: 'assertive', publicKeys, redirectUris: [redirectUri] };
  const config = createOidcGuard([]).parse({ clients: [assertive] });
  op = await startIssuer({
    config: { ...oidcConfig, clients: [...oidcConfig.clients, ...config.clients] },
  });
});

type Params = Record<string, string>;

const ways: Record<string, { id: string; auth: client.ClientAuth }> = {
  'a secret in the header': { id: 'app', auth: client.ClientSecretBasic(clientSecret) },
  'PKCE alone': { id: 'spa', auth: client.None() },
  'a signed assertion': { id: 'assertive', auth: client.PrivateKeyJwt({ key: signer.privateKey, kid: 'k1' }) },
  'an assertion under Ed25519, with a key that is registered for EdDSA': {
    id: 'assertive',
    auth: client.PrivateKeyJwt({ key: edwards.privateKey, kid: 'k2' }),
  },
};

/** An authorization request of one client, and what its tokens are exchanged with. */
async function prepare(way: keyof typeof ways = 'a secret in the header', more: Params = {}) {
  const { id, auth } = ways[way]!;
  return { config: await op.discover(id, auth), ...(await prepareRequest(more)) };
}

test.each(Object.keys(ways))('a client with %s gets tokens with the result of the face check', async (way) => {
  await op.enrol('anna');
  const { config, params, checks } = await prepare(way);
  const { back } = await op.authorize(client.buildAuthorizationUrl(config, params));
  const passedAt = Math.floor(op.server.clock.now() / 1000);
  const tokens = await client.authorizationCodeGrant(config, new URL(back.url), checks);
  expect(tokens.claims()).toMatchObject({
    iss: op.issuer,
    aud: ways[way]!.id,
    sub: 'anna',
    preferred_username: 'anna@example.com',
    acr: 'face',
    amr: ['face'],
    auth_time: passedAt,
    nonce: 'n-1',
    presence: 'simulated',
    enrolment_proof: 'photos_of_client',
  });
  expect(tokens.claims()).not.toHaveProperty('liveness');
  expect(tokens.refresh_token).toBeUndefined();
  const { keys: published } = JSON.parse((await op.newBrowser().visit(`${op.issuer}/jwks`)).text);
  expect(decodeProtectedHeader(tokens.id_token!)).toEqual({ alg: 'RS256', kid: published[0].kid });
  const userInfo = await client.fetchUserInfo(config, tokens.access_token, 'anna');
  const check = { presence: 'simulated', enrolment_proof: 'photos_of_client' };
  expect(userInfo).toEqual({ sub: 'anna', preferred_username: 'anna@example.com', ...check });
});

test('a pushed request can be used once, and its URL contains no user name', async () => {
  await op.enrol('anna');
  const { config, params, checks } = await prepare();
  const url = await client.buildAuthorizationUrlWithPAR(config, params);
  expect(url.href).not.toContain('anna');
  const { back } = await op.authorize(url);
  const tokens = await client.authorizationCodeGrant(config, new URL(back.url), checks);
  expect(tokens.claims()?.sub).toBe('anna');
  const again = await op.newBrowser().follow(url.href);
  expect(again.status).toBe(400);
  expect(again.text).toContain('invalid_request_uri');
});

test('form_post returns a self-submitting page whose content security policy allows only its script', async () => {
  await op.enrol('anna');
  const { config, params, checks } = await prepare('a secret in the header', {
    response_mode: 'form_post',
    state: '"><b>',
  });
  const { back } = await op.authorize(client.buildAuthorizationUrl(config, params));
  expect(back.status).toBe(200);
  const policy = back.headers.get('content-security-policy')!;
  expect(policy).toMatch(/^default-src 'none';script-src 'sha256-[^']+';form-action https: http:;base-uri 'none';/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(back.text).not.toContain('"><b>');
  expect(/<form method="post" action="([^"]+)"/.exec(back.text)?.[1]).toBe(redirectUri);
  const inputs = [...back.text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]): [string, string] => [
    name!,
    value!,
  ]);
  const answer = new URLSearchParams(inputs)
    .toString()
    .replaceAll('%26quot%3B', '%22')
    .replaceAll('%26gt%3B', '%3E')
    .replaceAll('%26lt%3B', '%3C');
  const request = new Request(redirectUri, {
    method: 'POST',
    body: answer,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const tokens = await client.authorizationCodeGrant(config, request, { ...checks, expectedState: '"><b>' });
  expect(tokens.claims()?.sub).toBe('anna');
});

describe('an authorization code', () => {
  const obtain = async (way: keyof typeof ways = 'a secret in the header') => {
    await op.enrol('anna');
    const { config, params, checks } = await prepare(way);
    const { back } = await op.authorize(client.buildAuthorizationUrl(config, params));
    return { config, checks, back: new URL(back.url) };
  };

  test('an authorization code works once; a second use revokes the access token', async () => {
    const { config, checks, back } = await obtain();
    const tokens = await client.authorizationCodeGrant(config, back, checks);
    await client.fetchUserInfo(config, tokens.access_token, 'anna');
    await expect(client.authorizationCodeGrant(config, back, checks)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(client.fetchUserInfo(config, tokens.access_token, 'anna')).rejects.toThrow();
  });

  test.each<[string, (checks: Awaited<ReturnType<typeof obtain>>) => Promise<unknown>]>([
    [
      'with another verifier',
      ({ config, checks, back }) =>
        client.authorizationCodeGrant(config, back, { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }),
    ],
    [
      'from another client',
      async ({ checks, back }) => client.authorizationCodeGrant(await op.discover('portal'), back, checks),
    ],
    [
      'after a minute and a quarter',
      ({ config, checks, back }) => {
        op.server.clock.advanceSec(76);
        return client.authorizationCodeGrant(config, back, checks);
      },
    ],
  ])('is refused %s', async (_name, use) => {
    await expect(use(await obtain())).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('is refused with a wrong client secret, and without one', async () => {
    const { checks, back } = await obtain();
    for (const auth of [client.ClientSecretBasic('wrong'), client.None()]) {
      const config = await op.discover('app', auth);
      await expect(client.authorizationCodeGrant(config, back, checks)).rejects.toMatchObject({ status: 401 });
    }
  });

  test('does not appear in the log or the audit events', async () => {
    const { back } = await obtain();
    const code = back.searchParams.get('code')!;
    expect(op.server.log.text() + JSON.stringify(op.server.audit.events)).not.toContain(code);
  });
});

test('a client assertion is refused at its second use', async () => {
  const { config, params } = await prepare('a signed assertion');
  const push = async () => {
    const assertion = { body: '' };
    config[client.customFetch] = async (url, init) => {
      assertion.body = String(init.body);
      return op.open(url, { ...init, body: init.body ?? null });
    };
    await client.buildAuthorizationUrlWithPAR(config, params);
    return assertion.body;
  };
  const body = await push();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const again = await op.open(`${op.issuer}/par`, { method: 'POST', body, headers });
  expect(again.status).toBe(401);
  expect(await again.json()).toMatchObject({ error: 'invalid_client' });
});
