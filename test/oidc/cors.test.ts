import { beforeEach, expect, test } from '@jest/globals';
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

/* Requests that a page sends with `credentials: 'include'`, such as those of keycloak-js. */

const origin = new URL(redirectUri).origin;
const otherOrigin = 'https://back.example.com';

let op: TestIssuer;
beforeEach(async () => {
  const confidential = {
    kind: 'relying_party',
    id: 'back',
    secret: clientSecret,
    redirectUris: [`${otherOrigin}/callback`],
  };
  const { clients } = createOidcGuard([]).parse({ clients: [confidential] });
  op = await startIssuer({ config: { ...oidcConfig, clients: [...oidcConfig.clients, ...clients] } });
});

const corsOf = ({ headers }: Response) => [
  headers.get('access-control-allow-origin'),
  headers.get('access-control-allow-credentials'),
];

const preflight = (path: string, from: string) =>
  op.open(`${op.issuer}${path}`, {
    method: 'OPTIONS',
    headers: { origin: from, 'access-control-request-method': 'POST' },
  });

const post = (path: string, form: Record<string, string>, headers: Record<string, string>) =>
  op.open(`${op.issuer}${path}`, { method: 'POST', headers, body: new URLSearchParams(form) });

test('a page of a public client can read tokens and user info with credentials', async () => {
  await op.enrol('anna');
  const config = await op.discover('spa', client.None());
  const { params, checks } = await prepareRequest();
  const { answer } = await op.authorize(client.buildAuthorizationUrl(config, params));
  const response = await post(
    '/token',
    {
      grant_type: 'authorization_code',
      client_id: 'spa',
      redirect_uri: redirectUri,
      code: answer.searchParams.get('code')!,
      code_verifier: checks.pkceCodeVerifier,
    },
    { origin },
  );
  expect(response.status).toBe(200);
  expect(corsOf(response)).toEqual([origin, 'true']);
  expect(response.headers.get('vary')).toMatch(/\borigin\b/i);
  const { access_token: token } = Object(await response.json());
  const headers = { origin, authorization: `Bearer ${token}` };
  expect(corsOf(await op.open(`${op.issuer}/userinfo`, { headers }))).toEqual([origin, 'true']);
});

test.each(['/token', '/userinfo', '/par'])(
  'a preflight of %s allows credentials for origins of public clients only',
  async (path) => {
    expect(corsOf(await preflight(path, origin))).toEqual([origin, 'true']);
    for (const other of [otherOrigin, 'null', `${origin}.evil.example`, `${origin}:8443`, 'http://app.example.com'])
      expect(corsOf(await preflight(path, other))[1]).toBeNull();
  },
);

test('other origins and confidential clients get no CORS credentials', async () => {
  const grant = { grant_type: 'authorization_code', code: 'wrong', redirect_uri: redirectUri };
  const spa = { ...grant, client_id: 'spa' };
  const secret = { ...grant, client_id: 'app', client_secret: clientSecret };
  expect(corsOf(await post('/token', spa, { origin }))).toEqual([origin, 'true']);
  expect(corsOf(await post('/token', spa, {}))).toEqual(['*', null]);
  expect(corsOf(await post('/token', spa, { origin: '*' }))[1]).toBeNull();
  expect(corsOf(await post('/token', spa, { origin: otherOrigin }))).toEqual([null, null]);
  expect(corsOf(await post('/token', secret, { origin }))).toEqual([null, null]);
});

test('public documents allow the origin without credentials', async () => {
  for (const path of ['/jwks', '/.well-known/openid-configuration'])
    expect(corsOf(await op.open(`${op.issuer}${path}`, { headers: { origin } }))).toEqual([origin, null]);
});

test.each(['/token', '/par'])('JSON at %s is refused, naming the required content type', async (path) => {
  const response = await op.open(`${op.issuer}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'authorization_code', client_id: 'spa', code: 'c' }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    error: 'invalid_request',
    error_description: expect.stringContaining('application/x-www-form-urlencoded'),
  });
});
