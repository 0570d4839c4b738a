import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose';
import { createRsaCertificate } from '../tls-server.js';
import { type Daemon, type EntraSimulator, startEntraSimulator } from './index.js';
import { eventsServiceAppId, findApplication, findServicePrincipal, grantRole, graphAppId } from './tenant.js';

let entra: EntraSimulator;
let daemon: Daemon;
let token: string;
beforeEach(async () => {
  entra = await startEntraSimulator();
  daemon = entra.addDaemon();
  token = await takeToken({ client_secret: daemon.secret });
});
afterEach(() => entra.close());

async function askToken(fields: Record<string, string>, tenantId = entra.tenant.id) {
  const response = await entra.fetch(`${entra.url}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: `${entra.url}/.default`,
      client_id: daemon.clientId,
      ...fields,
    }).toString(),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const takeToken = async (fields: Record<string, string>) => String((await askToken(fields)).body.access_token);

async function graph(method: string, path: string, body?: unknown, bearer = token) {
  const response = await entra.fetch(path.startsWith('/') ? `${entra.url}/v1.0${path}` : path, {
    method,
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

describe('tokens', () => {
  test('are signed by the keys the metadata points to, also after a rotation', async () => {
    const metadata = await (
      await entra.fetch(`${entra.url}/${entra.tenant.id}/v2.0/.well-known/openid-configuration`, {})
    ).json();
    expect(metadata).toMatchObject({ issuer: `${entra.url}/${entra.tenant.id}/v2.0` });
    const { jwks_uri } = metadata as { jwks_uri: string };
    const keys = createRemoteJWKSet(new URL(jwks_uri), {
      cooldownDuration: 0,
      [customFetch]: (url, init) => entra.fetch(url, init),
    });
    const expected = { issuer: entra.tenant.issuer, audience: graphAppId };
    const { payload } = await jwtVerify(token, keys, expected);
    expect(payload).toMatchObject({ tid: entra.tenant.id, appid: daemon.clientId });
    await entra.rotateKey({ dropFormer: true });
    await jwtVerify(await takeToken({ client_secret: daemon.secret }), keys, expected);
    expect((await graph('GET', '/applications')).status).toBe(401);
  });

  test('are refused for a wrong secret, an unknown application and an unknown tenant', async () => {
    expect(await askToken({ client_secret: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_codes: [7000215] },
    });
    expect(await askToken({})).toMatchObject({ status: 401 });
    expect(await askToken({ client_id: randomUUID(), client_secret: daemon.secret })).toMatchObject({
      status: 400,
      body: { error_codes: [700016] },
    });
    expect(await askToken({ client_secret: daemon.secret }, randomUUID())).toMatchObject({
      body: { error_codes: [90002] },
    });
    const other = await entra.addTenant();
    expect(await askToken({ client_secret: daemon.secret }, other.id)).toMatchObject({
      body: { error_codes: [7000229] },
    });
  });

  test('hold what was granted, and Graph asks for it', async () => {
    const reader = entra.addDaemon(['User.Read.All']);
    const bearer = await takeToken({ client_id: reader.clientId, client_secret: reader.secret });
    expect(decodeJwt(bearer).roles).toEqual(['User.Read.All']);
    const { id } = entra.addUser({ mail: 'ada@example.com' });
    expect(await graph('GET', `/users/${id}`, undefined, bearer)).toMatchObject({ status: 200 });
    expect(await graph('PATCH', `/users/${id}`, {}, bearer)).toMatchObject({
      status: 403,
      body: { error: { code: 'Authorization_RequestDenied' } },
    });
  });
});

describe('users', () => {
  test('have directory extensions as defined: 256 characters, null clears', async () => {
    const name = entra.addExtension(daemon.clientId, 'note');
    const { id, extensions } = entra.addUser({ mail: 'ada@example.com' });
    const write = async (value: unknown) => (await graph('PATCH', `/users/${id}`, { [name]: value })).status;
    expect(await write('x'.repeat(256))).toBe(204);
    expect(extensions[name]).toHaveLength(256);
    expect((await graph('GET', `/users/${id}?$select=id,${name}`)).body).toMatchObject({ id, [name]: 'x'.repeat(256) });
    expect((await graph('GET', `/users/${id}`)).body).not.toHaveProperty(name);
    for (const bad of ['x'.repeat(257), '', 7, true, ['x']]) expect(await write(bad)).toBe(400);
    expect(await write(null)).toBe(204);
    expect(extensions).toEqual({});
    expect(await graph('PATCH', `/users/${id}`, { [`${name}2`]: 'x' })).toMatchObject({ status: 400 });
    expect(await graph('GET', `/users/${randomUUID()}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'Request_ResourceNotFound' } },
    });
  });

  test('cannot be had while Graph throttles', async () => {
    entra.fail('graph', { status: 429, retryAfterSec: 10 });
    const { status, headers } = await graph('GET', '/applications');
    expect([status, headers.get('retry-after')]).toEqual([429, '10']);
    entra.heal('graph');
    expect(await graph('GET', '/applications')).toMatchObject({ status: 200 });
  });
});

test('what Graph has made is shown later, and refused as missing until then', async () => {
  let now = Date.now();
  await entra.close();
  entra = await startEntraSimulator({ now: () => now, lateSec: 12 });
  daemon = entra.addDaemon();
  token = await takeToken({ client_secret: daemon.secret });
  const { body } = await graph('POST', '/applications', { displayName: 'new' });
  const look = async () => (await graph('GET', `/applications?$filter=appId eq '${body.appId}'`)).body.value.length;
  expect(await look()).toBe(0);
  expect(await graph('GET', `/applications/${body.id}`)).toMatchObject({ status: 404 });
  expect(await graph('POST', '/servicePrincipals', { appId: body.appId })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('does not exist') } },
  });
  now += 12_000;
  expect(await look()).toBe(1);
  expect(await graph('POST', '/servicePrincipals', { appId: body.appId })).toMatchObject({ status: 201 });
});

test('one Graph call of so many is told to come later', async () => {
  await entra.close();
  entra = await startEntraSimulator({ throttledEvery: 2 });
  daemon = entra.addDaemon();
  token = await takeToken({ client_secret: daemon.secret });
  const found: [number, string | null][] = [];
  for (let call = 0; call < 4; call++) {
    const { status, headers } = await graph('GET', '/applications');
    found.push([status, headers.get('retry-after')]);
  }
  expect(found).toEqual([
    [200, null],
    [429, '1'],
    [200, null],
    [503, '1'],
  ]);
});

describe('an external tenant', () => {
  beforeEach(async () => {
    await entra.close();
    entra = await startEntraSimulator({ kind: 'external' });
    daemon = entra.addDaemon();
    token = await takeToken({ client_secret: daemon.secret });
  });

  test('takes no extension before Microsoft’s caller of them is there', async () => {
    expect((await register('https://hook.example/x')).created).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('AADB2C90063') } },
    });
    expect(await graph('POST', '/servicePrincipals', { appId: eventsServiceAppId })).toMatchObject({ status: 201 });
    expect((await register('https://hook2.example/x')).created.status).toBe(201);
  });

  test('signs nobody in by an extension once the caller is gone', async () => {
    await graph('POST', '/servicePrincipals', { appId: eventsServiceAppId });
    const { extensionId } = await register('https://hook.example/x');
    const appId = entra.addClientApp();
    await listen(appId, extensionId);
    entra.tenant.servicePrincipals.delete(findServicePrincipal(entra.tenant, eventsServiceAppId)!.id);
    const { id: userId } = entra.addUser({ mail: 'ada@example.com' });
    expect(await entra.signIn({ appId, userId })).toEqual({ ok: false, error: 'AADB2C90063', code: null });
  });
});

test('lists come in pages', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const displayName of names)
    expect(await graph('POST', '/applications', { displayName })).toMatchObject({ status: 201 });
  const found: string[] = [];
  for (let next = '/applications'; next !== ''; ) {
    const { body } = await graph('GET', next);
    found.push(...body.value.map(({ displayName }: { displayName: string }) => displayName));
    expect(body.value.length).toBeLessThanOrEqual(2);
    next = body['@odata.nextLink'] ?? '';
  }
  expect(found).toEqual(expect.arrayContaining(names));
  const { body } = await graph('GET', `/applications?$filter=displayName eq 'c'`);
  expect(body.value).toMatchObject([{ displayName: 'c' }]);
});

/** A hook, registered in full. */
async function register(targetUrl: string, changes: object = {}) {
  const hookApp = (await graph('POST', '/applications', { displayName: 'hooks' })).body;
  const { hostname } = new URL(targetUrl);
  const resourceId = `api://${hostname}/${hookApp.appId}`;
  await graph('PATCH', `/applications/${hookApp.id}`, {
    identifierUris: [resourceId],
    api: { requestedAccessTokenVersion: 2 },
  });
  await graph('POST', '/servicePrincipals', { appId: hookApp.appId });
  grantRole(entra.tenant, hookApp.appId, 'CustomAuthenticationExtension.Receive.Payload');
  const created = await graph('POST', '/identity/customAuthenticationExtensions', {
    '@odata.type': '#microsoft.graph.onTokenIssuanceStartCustomExtension',
    displayName: 'test',
    endpointConfiguration: { '@odata.type': '#microsoft.graph.httpRequestEndpoint', targetUrl },
    authenticationConfiguration: { '@odata.type': '#microsoft.graph.azureAdTokenAuthentication', resourceId },
    clientConfiguration: { timeoutInMilliseconds: 2000, maximumRetries: 1 },
    ...changes,
  });
  return { created, appId: String(hookApp.appId), extensionId: String(created.body.id) };
}

async function listen(appId: string, extensionId: string) {
  return graph('POST', '/identity/authenticationEventListeners', {
    '@odata.type': '#microsoft.graph.onTokenIssuanceStartListener',
    conditions: { applications: { includeApplications: [{ appId }] } },
    handler: {
      '@odata.type': '#microsoft.graph.onTokenIssuanceStartCustomExtensionHandler',
      customExtension: { id: extensionId },
    },
  });
}

async function map(appId: string, ids: readonly string[]) {
  const ClaimsSchema = ids.map((ID) => ({ Source: 'CustomClaimsProvider', ID, JwtClaimType: `my_${ID}` }));
  const definition = JSON.stringify({
    ClaimsMappingPolicy: { Version: 1, IncludeBasicClaimSet: 'true', ClaimsSchema },
  });
  const { body } = await graph('POST', '/policies/claimsMappingPolicies', {
    displayName: 'test',
    definition: [definition],
  });
  const principal = findServicePrincipal(entra.tenant, appId)!;
  return graph('POST', `/servicePrincipals/${principal.id}/claimsMappingPolicies/$ref`, {
    '@odata.id': `${entra.url}/v1.0/policies/claimsMappingPolicies/${body.id}`,
  });
}

describe('a custom authentication extension', () => {
  test.each([
    ['a plain address elsewhere', 'http://hook.example/x', {}],
    ['an address that is none', 'hook', {}],
    [
      'too little time',
      'https://hook.example/x',
      { clientConfiguration: { timeoutInMilliseconds: 100, maximumRetries: 1 } },
    ],
    [
      'too much time',
      'https://hook.example/x',
      { clientConfiguration: { timeoutInMilliseconds: 2001, maximumRetries: 1 } },
    ],
    [
      'too many tries',
      'https://hook.example/x',
      { clientConfiguration: { timeoutInMilliseconds: 2000, maximumRetries: 2 } },
    ],
    ['another type', 'https://hook.example/x', { '@odata.type': '#microsoft.graph.onSomethingElse' }],
  ])('is not registered with %s', async (_, targetUrl, changes) => {
    const { created } = await register(URL.canParse(targetUrl) ? targetUrl : 'https://hook.example', {
      ...changes,
      endpointConfiguration: { '@odata.type': '#microsoft.graph.httpRequestEndpoint', targetUrl },
    });
    expect(created).toMatchObject({ status: 400, body: { error: { code: 'Request_BadRequest' } } });
  });

  test('tells what is wrong with its registration', async () => {
    const { extensionId, appId } = await register('https://hook.example/x');
    const path = `/identity/customAuthenticationExtensions/${extensionId}`;
    const validate = async () => (await graph('POST', `${path}/validateAuthenticationConfiguration`)).body;
    expect(await validate()).toEqual({ errors: [], warnings: [] });
    entra.tenant.appRoleAssignments.length = 0;
    expect(await validate()).toMatchObject({ warnings: [{ code: 'PermissionNotGrantedToServicePrincipal' }] });
    const change = {
      authenticationConfiguration: {
        '@odata.type': '#microsoft.graph.azureAdTokenAuthentication',
        resourceId: `api://other.example/${appId}`,
      },
    };
    expect(await graph('PATCH', path, change)).toMatchObject({ status: 400 });
    const type = '#microsoft.graph.onTokenIssuanceStartCustomExtension';
    expect(await graph('PATCH', path, { '@odata.type': type, ...change })).toMatchObject({ status: 204 });
    expect((await validate()).errors).toMatchObject([{ code: 'DomainNameDoesNotMatch' }]);
  });
});

const claimsReply = (claims: unknown) => ({
  data: {
    '@odata.type': 'microsoft.graph.onTokenIssuanceStartResponseData',
    actions: [{ '@odata.type': 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken', claims }],
  },
});
const withActions = (actions: unknown) => ({
  data: { '@odata.type': 'microsoft.graph.onTokenIssuanceStartResponseData', actions },
});

describe('signing in', () => {
  let userId: string;
  let appId: string;
  let closeHook: () => Promise<void>;
  let calls: { url: string | undefined; authorization: string | undefined; body: unknown }[];
  beforeEach(() => {
    userId = entra.addUser({ mail: 'ada@example.com' }).id;
    appId = entra.addClientApp();
    calls = [];
    closeHook = async () => {};
  });
  afterEach(() => closeHook());

  /** Registers a hook that answers so. */
  async function answerWith(listener: RequestListener | object, type = 'application/json; charset=utf-8') {
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        calls.push({ url: request.url, authorization: request.headers.authorization, body: JSON.parse(text) });
        if (typeof listener === 'function') listener(request, response);
        else response.setHeader('content-type', type).end(JSON.stringify(listener));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeHook = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    };
    const address = server.address();
    const registered = await register(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`);
    expect(registered.created.status).toBe(201);
    expect(await listen(appId, registered.extensionId)).toMatchObject({ status: 201 });
    expect(await map(appId, ['shoe', 'sizes'])).toMatchObject({ status: 204 });
    return registered;
  }
  const claimsOf = async (signIn: Awaited<ReturnType<EntraSimulator['signIn']>>) => {
    if (!signIn.ok) throw new Error(signIn.error);
    const { publicJwk } = entra.tenant.keys.at(-1)!;
    return (await jwtVerify(signIn.token, publicJwk, { issuer: entra.tenant.issuer, audience: appId })).payload;
  };

  test('gives a token with the mapped claims, and tells the hook who it is', async () => {
    const { appId: hookAppId } = await answerWith(claimsReply({ shoe: '42', sizes: ['a', 'b'], unmapped: 'x' }));
    const claims = await claimsOf(await entra.signIn({ appId, userId }));
    expect(claims).toMatchObject({ oid: userId, my_shoe: '42', my_sizes: ['a', 'b'] });
    expect(claims).not.toHaveProperty('unmapped');
    expect(calls).toMatchObject([
      { url: '/hook', body: { data: { tenantId: entra.tenant.id, authenticationContext: { user: { id: userId } } } } },
    ]);
    expect(decodeJwt(calls[0]!.authorization!.slice('Bearer '.length))).toMatchObject({
      aud: hookAppId,
      azp: '99045fe1-7639-4a75-9d4a-577b6ca3810f',
    });
    expect(entra.tenant.callouts).toMatchObject([{ attempts: 1, code: null }]);
  });

  test('of an application itself tells no user', async () => {
    await answerWith(claimsReply({ shoe: 'none' }));
    expect(await claimsOf(await entra.signInApp(appId))).toMatchObject({ my_shoe: 'none' });
    expect(calls[0]?.body).not.toHaveProperty('data.authenticationContext.user');
  });

  test('without access tokens of version 2 gives no token', async () => {
    await answerWith(claimsReply({ shoe: '42' }));
    findApplication(entra.tenant, appId)!.api.requestedAccessTokenVersion = null;
    expect(await entra.signIn({ appId, userId })).toEqual({ ok: false, error: 'AADSTS50146', code: null });
  });

  test('without acceptMappedClaims gives no token', async () => {
    appId = entra.addClientApp({ acceptMappedClaims: false });
    await answerWith(claimsReply({ shoe: '42' }));
    expect(await entra.signIn({ appId, userId })).toEqual({ ok: false, error: 'AADSTS50146', code: null });
  });

  test.each([
    ['a boolean', claimsReply({ shoe: true }), 1003003],
    ['an object', claimsReply({ shoe: {} }), 1003003],
    ['a list of numbers', claimsReply({ sizes: [1] }), 1003003],
    ['no claims', claimsReply(null), 1003007],
    ['an empty name', claimsReply({ '': 'x' }), 1003026],
    ['more than 3 KB', claimsReply({ shoe: 'x'.repeat(3069) }), 1003025],
    ['no action', withActions([]), 1003010],
    ['two actions', withActions([...claimsReply({}).data.actions, ...claimsReply({}).data.actions]), 1003010],
    [
      'an action of another event',
      withActions([{ '@odata.type': 'microsoft.graph.attributeCollectionStart.showBlockPage' }]),
      1003012,
    ],
    [
      'an action that does not exist',
      withActions([{ '@odata.type': 'microsoft.graph.tokenIssuanceStart.block' }]),
      1003012,
    ],
    ['another type of data', { data: { ...claimsReply({}).data, '@odata.type': 'x' } }, 1003003],
    ['something else', { ok: true }, 1003003],
  ])('gives no token where the hook answers %s', async (_, reply, code) => {
    await answerWith(reply);
    expect(await entra.signIn({ appId, userId })).toEqual({ ok: false, error: 'AADSTS1100001', code });
    expect(calls).toHaveLength(1);
  });

  test('takes exactly 3 KB', async () => {
    await answerWith(claimsReply({ shoe: 'x'.repeat(3068) }));
    expect(await entra.signIn({ appId, userId })).toMatchObject({ ok: true });
  });

  test.each([
    ['403', ((_, response) => response.writeHead(403).end()) satisfies RequestListener, 1003002, 2],
    ['500', ((_, response) => response.writeHead(500).end()) satisfies RequestListener, 1003002, 2],
    ['429', ((_, response) => response.writeHead(429).end()) satisfies RequestListener, 1003004, 2],
    ['nothing', ((_, response) => response.destroy()) satisfies RequestListener, 1003027, 2],
    [
      'no body',
      ((_, response) => response.setHeader('content-type', 'application/json').end()) satisfies RequestListener,
      1003009,
      1,
    ],
    [
      'no JSON',
      ((_, response) => response.setHeader('content-type', 'application/json').end('{')) satisfies RequestListener,
      1003003,
      1,
    ],
  ])(
    'gives no token where the hook answers %s, and tries again where that may help',
    async (_, listener, code, attempts) => {
      await answerWith(listener as RequestListener);
      expect(await entra.signIn({ appId, userId })).toMatchObject({ ok: false, code });
      expect(calls).toHaveLength(attempts);
      expect(entra.tenant.callouts).toMatchObject([{ attempts, code }]);
    },
  );

  test('gives no token for another content type', async () => {
    await answerWith(claimsReply({}), 'text/plain');
    expect(await entra.signIn({ appId, userId })).toMatchObject({ code: 1003006 });
  });

  test('waits as long as was registered, twice', async () => {
    const { extensionId } = await answerWith(() => {});
    const type = '#microsoft.graph.onTokenIssuanceStartCustomExtension';
    const clientConfiguration = { timeoutInMilliseconds: 200, maximumRetries: 1 };
    await graph('PATCH', `/identity/customAuthenticationExtensions/${extensionId}`, {
      '@odata.type': type,
      clientConfiguration,
    });
    expect(await entra.signIn({ appId, userId })).toMatchObject({ code: 1003005 });
    expect(calls).toHaveLength(2);
  });

  test('does not call a hook whose permission was withdrawn', async () => {
    await answerWith(claimsReply({}));
    entra.tenant.appRoleAssignments.length = 0;
    expect(await entra.signIn({ appId, userId })).toMatchObject({ code: 1003021 });
    expect(calls).toEqual([]);
  });

  test('has one listener for an application', async () => {
    const { extensionId } = await answerWith(claimsReply({}));
    expect(await listen(appId, extensionId)).toMatchObject({ status: 400 });
  });
});

test('a certificate that was uploaded lets an application in, another does not', async () => {
  const { cert } = createRsaCertificate();
  entra.addCertificate(daemon.clientId, cert);
  const jwt = [{ alg: 'PS256', 'x5t#S256': 'x' }, {}].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const fields = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${jwt.join('.')}.x`,
  };
  expect(await askToken(fields)).toMatchObject({ status: 401, body: { error_codes: [700027] } });
});
