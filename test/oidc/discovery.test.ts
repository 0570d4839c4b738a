import { beforeEach, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { startIssuer, type TestIssuer } from '../../support/benches/issuer.js';

let op: TestIssuer;
beforeEach(async () => {
  op = await startIssuer();
});

const readJson = async (path: string) => {
  const response = await op.open(`${op.issuer}${path}`);
  const text = await response.text();
  return { response, body: JSON.parse(text) };
};

test('the discovery document lists only supported endpoints, all under the issuer', async () => {
  const { response, body } = await readJson('/.well-known/openid-configuration');
  expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(JSON.stringify(body))));
  expect(response.headers.get('transfer-encoding')).toBeNull();
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  expect(response.headers.get('set-cookie')).toBeNull();
  expect(body).toMatchObject({
    issuer: 'https://face.example.com/oidc/work',
    authorization_endpoint: 'https://face.example.com/oidc/work/authorize',
    token_endpoint: 'https://face.example.com/oidc/work/token',
    userinfo_endpoint: 'https://face.example.com/oidc/work/userinfo',
    jwks_uri: 'https://face.example.com/oidc/work/jwks',
    pushed_authorization_request_endpoint: 'https://face.example.com/oidc/work/par',
    acr_values_supported: ['face'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  });
  expect(body).not.toHaveProperty('end_session_endpoint');
  expect(body).not.toHaveProperty('registration_endpoint');
  const addresses = Object.values(body).filter((value) => String(value).startsWith('http'));
  expect(addresses.every((address) => String(address).startsWith(op.issuer))).toBe(true);
  expect((await readJson('/.well-known/oauth-authorization-server')).body).toEqual(body);
});

test('the metadata are also at the path that RFC 8414 defines for an issuer with a path', async () => {
  const open = (url: string) => op.open(url);
  const response = await open('https://face.example.com/.well-known/oauth-authorization-server/oidc/work');
  expect(await response.json()).toEqual((await readJson('/.well-known/openid-configuration')).body);
  const found = await client.discovery(new URL(op.issuer), 'app', {}, client.None(), {
    algorithm: 'oauth2',
    [client.customFetch]: (url) => open(url),
  });
  expect(found.serverMetadata().issuer).toBe(op.issuer);
  const nobody = await open('https://face.example.com/.well-known/oauth-authorization-server/oidc/nobody');
  expect(nobody.status).toBe(404);
});

test('a published key has a certificate and no private part', async () => {
  const { response, body } = await readJson('/jwks');
  expect(response.headers.get('content-length')).not.toBeNull();
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  expect(body.keys).toEqual([
    {
      kty: 'RSA',
      use: 'sig',
      alg: 'RS256',
      e: 'AQAB',
      kid: expect.stringMatching(/^[\w-]{43}$/),
      n: expect.stringMatching(/^[\w-]{342}$/),
      x5c: [expect.stringMatching(/^[A-Za-z0-9+/]+=*$/)],
      x5t: expect.stringMatching(/^[\w-]{27}$/),
    },
  ]);
});
