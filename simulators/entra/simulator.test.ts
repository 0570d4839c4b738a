import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose';
import { type Daemon, type EntraSimulator, startEntraSimulator } from './index.js';
import { eventsServiceAppId, findServicePrincipal, grantRole, graphAppId } from './tenant.js';

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

describe('a custom authentication extension', () => {});

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

  test('without acceptMappedClaims gives no token', async () => {
    appId = entra.addClientApp({ acceptMappedClaims: false });
    await answerWith(claimsReply({ shoe: '42' }));
    expect(await entra.signIn({ appId, userId })).toEqual({ ok: false, error: 'AADSTS50146', code: null });
  });

  test.each([
    ['a boolean', claimsReply({ shoe: true }), 1003003],
    ['more than 3 KB', claimsReply({ shoe: 'x'.repeat(3069) }), 1003025],
    ['no action', withActions([]), 1003010],
    [
      'an action that does not exist',
      withActions([{ '@odata.type': 'microsoft.graph.tokenIssuanceStart.block' }]),
      1003012,
    ],
  ])('gives no token where the hook answers %s', async (_, reply, code) => {
    await answerWith(reply);
    expect(await entra.signIn({ appId, userId })).toEqual({ ok: false, error: 'AADSTS1100001', code });
    expect(calls).toHaveLength(1);
  });

  test.each([
    ['403', ((_, response) => response.writeHead(403).end()) satisfies RequestListener, 1003002, 2],
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
});
