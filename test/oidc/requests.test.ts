import { request as httpRequest } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { clientSecret, loginOf, oidcConfig, redirectUri, startIssuer } from '../../support/benches/issuer.js';

const op = await startIssuer();

type Params = Record<string, string | readonly string[] | undefined>;

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const good: Params = {
  client_id: 'spa',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 's-1',
  nonce: 'n-1',
  login_hint: loginOf('anna'),
  code_challenge: challenge,
  code_challenge_method: 'S256',
};

function encode(params: Params): string {
  const pairs = Object.entries(params).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each): [string, string] => [name, each]),
  );
  return new URLSearchParams(pairs).toString();
}

const send = (change: Params) => op.newBrowser().follow(`${op.issuer}/authorize?${encode({ ...good, ...change })}`);

/** What the client is told at its own address. */
const told = (url: string) => {
  const { searchParams, hash } = new URL(url);
  return Object.fromEntries(hash === '' ? searchParams : new URLSearchParams(hash.slice(1)));
};

test('a complete, valid authorization request is redirected to the page of the face check', async () => {
  expect((await send({})).url).toMatch(/\/face#/);
});

describe('the client receives an error at its redirect URI for', () => {
  test.each<[string, Params, string]>([
    ['an unsupported response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope without openid', { scope: 'profile' }, 'invalid_request'],
    [
      'a login hint and a required sub of different users',
      { claims: JSON.stringify({ id_token: { sub: { value: 'bert' } } }) },
      'login_required',
    ],
    [
      'a public client without PKCE',
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
    ],
    ['PKCE with the method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['prompt=none without a session', { prompt: 'none' }, 'login_required'],
    ['an unsigned request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'invalid_request_object'],
    ['an unsigned ID token hint', { id_token_hint: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.' }, 'invalid_request'],
    [
      'an essential acr other than face',
      { claims: '{"id_token":{"acr":{"essential":true,"values":["mfa"]}}}' },
      'unmet_authentication_requirements',
    ],
    ...['scope', 'login_hint', 'claims'].map((name): [string, Params, string] => [
      `a repeated ${name}`,
      { [name]: ['login', 'login'] },
      'invalid_request',
    ]),
  ])('%s', async (_name, change, error) => {
    const { status, url } = await send(change);
    expect(status).toBe(303);
    expect(url.split(/[?#]/)[0]).toBe(redirectUri);
    expect(told(url)).toMatchObject({ error, state: 's-1', iss: op.issuer });
  });
});

describe('an error page is shown, without a redirect, for', () => {
  test.each<[string, Params, string]>([
    ['a request without a client', { client_id: undefined }, 'invalid_request'],
    ['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
    ['an unregistered redirect URI', { redirect_uri: 'https://evil.example.com/callback' }, 'invalid_redirect_uri'],
  ])('%s', async (_name, change, error) => {
    const { status, headers, text } = await send(change);
    expect(status).toBe(400);
    expect(headers.get('location')).toBeNull();
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain(`<code dir="ltr">${error} `);
    expect(text).not.toMatch(/evil|javascript:|<script|<form| at .*\.js/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none';style-src 'sha256-");
    expect(headers.get('x-frame-options')).toBe('DENY');
  });
});

describe('a fresh face check satisfies', () => {
  test.each<[string, Params]>([
    ['prompt=login', { prompt: 'login' }],
    ['max_age', { max_age: '60' }],
    ['an essential acr', { claims: '{"id_token":{"acr":{"essential":true,"values":["mfa","face"]}}}' }],
    ['a required sub', { claims: '{"id_token":{"sub":{"value":"anna"}}}', login_hint: undefined }],
  ])('%s', async (_name, change) => {
    await op.enrol('anna');
    const browser = op.newBrowser();
    const camera = await browser.follow(`${op.issuer}/authorize?${encode({ ...good, ...change })}`);
    const { returnUrl } = await op.show(browser, camera.url, 'anna');
    expect(told((await browser.follow(returnUrl!)).url)).toMatchObject({ state: 's-1', code: expect.any(String) });
  });
});

describe('the authorization endpoint', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test('accepts a form by POST like a query, and refuses a repeated parameter', async () => {
    const body = encode(good);
    expect(
      (await op.newBrowser().follow(`${op.issuer}/authorize`, { method: 'POST', body, headers: form })).url,
    ).toMatch(/\/face#/);
    const twice = encode({ ...good, nonce: ['a', 'b'] });
    const refused = await op
      .newBrowser()
      .follow(`${op.issuer}/authorize`, { method: 'POST', body: twice, headers: form });
    expect(told(refused.url)).toMatchObject({ error: 'invalid_request' });
  });

  test('refuses another content type, a large form, and a query with a form', async () => {
    const post = (body: string, headers: Record<string, string>, query = '') =>
      op.open(`${op.issuer}/authorize${query}`, { method: 'POST', body, headers, redirect: 'manual' });
    expect((await post(JSON.stringify(good), { 'content-type': 'application/json' })).status).toBe(400);
    expect((await post('', form, `?${encode(good)}`)).status).toBe(400);
    expect((await post(`state=${'x'.repeat(60_000)}`, form)).status).toBe(413);
  });

  test('is 404 for a connection without clients', async () => {
    expect((await op.open('https://face.example.com/oidc/other/authorize')).status).toBe(404);
    expect((await op.open('https://face.example.com/oidc/constructor/jwks')).status).toBe(404);
  });
});

test('addresses in responses never come from the Host or forwarding headers', async () => {
  const raw = (path: string, headers: Record<string, string>) =>
    new Promise<{ text: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const request = httpRequest({ port: op.server.port, path, headers }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ text, headers: response.headers });
      });
      request.on('error', reject).end();
    });
  const lies = {
    host: 'evil.example.com',
    'x-forwarded-host': 'evil.example.com',
    'x-forwarded-proto': 'http',
    forwarded: 'host=evil.example.com',
  };
  const found = await raw('/oidc/work/.well-known/openid-configuration', lies);
  expect(found.text).not.toContain('evil');
  const sentBack = await raw(`/oidc/work/authorize?${encode(good)}`, lies);
  expect(sentBack.headers.location).toMatch(/^https:\/\/face\.example\.com\/oidc\/work\/authorize\?client_id=spa&/);
  expect(String(sentBack.headers['set-cookie'])).toMatch(/; secure/);
  const cookie = String(sentBack.headers['set-cookie']).split(';')[0]!;
  const started = await raw(`/oidc/work/authorize?${encode(good)}`, { ...lies, cookie });
  expect(started.headers.location).toMatch(/^https:\/\/face\.example\.com\/oidc\/work\/interaction\//);
  expect(String(started.headers['set-cookie'])).toMatch(/; secure/);
  const absolute = await raw(`http://evil.example.com/oidc/work/authorize?${encode(good)}`, { cookie });
  expect(absolute.headers.location).toMatch(/^https:\/\/face\.example\.com\/oidc\/work\/interaction\//);
});

test('a pushed request with an unregistered redirect URI is refused', async () => {
  const authorization = `Basic ${Buffer.from(`app:${clientSecret}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  const body = encode({ ...good, client_id: 'app', redirect_uri: 'https://evil.example.com/' });
  const response = await op.open(`${op.issuer}/par`, { method: 'POST', body, headers });
  expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
});

test.each(['', 'Bearer', 'Bearer x', 'Basic eDp5'])('UserInfo refuses the authorization %p', async (authorization) => {
  const response = await op.open(`${op.issuer}/userinfo`, { headers: authorization === '' ? {} : { authorization } });
  expect([400, 401]).toContain(response.status);
  expect(JSON.stringify(await response.json())).not.toContain('sub');
});

test('the log names the error codes, and contains no parameter values', () => {
  expect(op.server.log.text()).toContain('unmet_authentication_requirements');
  expect(op.server.log.text()).not.toMatch(/evil|anna@example/);
  expect(op.server.log.text()).not.toContain('OpenID request failed');
  expect(oidcConfig.clients).toHaveLength(3);
});
