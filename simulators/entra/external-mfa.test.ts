import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, exportJWK, type JWK, SignJWT } from 'jose';
import { createManualClock } from '../../test/contract/state.js';
import { createRsaCertificate } from '../tls-server.js';
import type { AuthorizeForm } from './external-mfa.js';
import { type EntraSimulator, startEntraSimulator } from './index.js';
import { addServicePrincipal, findApplication } from './tenant.js';

/*
 * A provider that does everything right, held in one object that each test spoils in one place: what the simulator lets
 * through is worth only as much as what it refuses.
 */
const { cert, key } = createRsaCertificate();
const certificate = new X509Certificate(cert);
const kid = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');

let clock: ReturnType<typeof createManualClock>;
let entra: EntraSimulator;
let server: Server;
let issuer: string;
let jwk: JWK;
let metadata: Record<string, unknown>;
let chunked: boolean;
let methodId: string;
let appId: string;
let userId: string;

beforeEach(async () => {
  clock = createManualClock();
  entra = await startEntraSimulator({ now: () => clock.now() });
  chunked = false;
  jwk = { ...(await exportJWK(certificate.publicKey)), use: 'sig', kid, x5c: [certificate.raw.toString('base64')] };
  server = createServer((request, response) => {
    const text = JSON.stringify(request.url === '/keys' ? { keys: [jwk] } : metadata);
    response.setHeader('content-type', 'application/json');
    if (chunked) response.write(text);
    else response.setHeader('content-length', Buffer.byteLength(text));
    response.end(chunked ? undefined : text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    jwks_uri: `${issuer}/keys`,
    scopes_supported: ['openid'],
    response_types_supported: ['id_token'],
    response_modes_supported: ['form_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
  appId = entra.addClientApp();
  findApplication(entra.tenant, appId)!.web.redirectUris.push(`${issuer}/authorize`);
  userId = entra.addUser({ mail: 'ada@example.com' }).id;
  methodId = randomUUID();
  setMethod({});
});
afterEach(async () => {
  await entra.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const setMethod = (changes: object) =>
  entra.tenant.methods.set(methodId, {
    '@odata.type': '#microsoft.graph.externalAuthenticationMethodConfiguration',
    id: methodId,
    displayName: 'Face',
    appId,
    openIdConnectSetting: { clientId: 'face', discoveryUrl: `${issuer}/.well-known/openid-configuration` },
    state: 'enabled',
    includeTargets: [{ targetType: 'group', id: 'all_users', isRegistrationRequired: false }],
    excludeTargets: [],
    ...changes,
  });

/** As a provider answers that has seen a face. */
async function answer({ fields }: AuthorizeForm, claims: object = {}, header: object = {}) {
  const nowSec = Math.floor(clock.now() / 1000);
  const { sub = '' } = decodeJwt(fields.id_token_hint!);
  const { acr } = JSON.parse(fields.claims!).id_token;
  const right = { iss: issuer, aud: fields.client_id, sub, nonce: fields.nonce, acr: acr.values[0], amr: ['face'] };
  const id_token = await new SignJWT({ ...right, iat: nowSec, exp: nowSec + 60, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid, ...header })
    .sign(createPrivateKey(key));
  return { state: fields.state!, id_token };
}

test('a right answer is taken once, and registers the user for the method', async () => {
  const form = await entra.startExternalMfa({ userId });
  expect(form).toMatchObject({
    action: `${issuer}/authorize`,
    fields: {
      scope: 'openid',
      response_type: 'Id_token',
      response_mode: 'form_post',
      client_id: 'face',
      redirect_uri: `${entra.url}/common/federation/externalauthprovider`,
    },
  });
  const { iat = 0, exp = 0, ...hint } = decodeJwt(form.fields.id_token_hint!);
  expect(exp).toBe(iat - 1);
  expect(hint).toMatchObject({ iss: entra.tenant.issuer, aud: 'face', tid: entra.tenant.id, oid: userId });
  const right = await answer(form);
  expect(await entra.finishExternalMfa(right)).toEqual({ userId, passed: true, reason: null });
  expect(entra.tenant.methodRegistrations).toMatchObject([{ userId, configurationId: methodId }]);
  expect(await entra.finishExternalMfa(right)).toMatchObject({ passed: false, reason: 'state' });
  entra.setHintAudience('appId');
  expect(decodeJwt((await entra.startExternalMfa({ userId })).fields.id_token_hint!).aud).toBe(appId);
});

describe('an answer is refused', () => {
  test.each([
    ['of another issuer', { iss: 'https://face.example' }, 'iss'],
    ['for another client', { aud: 'other' }, 'aud'],
    ['for several clients', { aud: ['face'] }, 'id_token_aud'],
    ['of another user', { sub: 'other' }, 'sub'],
    ['to another request', { nonce: 'other' }, 'nonce'],
    ['with an acr that was not asked for', { acr: 'inherence' }, 'acr'],
    ['with a list of acr', { acr: ['possessionorinherence'] }, 'id_token_acr'],
    ['with two methods', { amr: ['face', 'pin'] }, 'id_token_amr'],
    ['without a method', { amr: [] }, 'id_token_amr'],
    ['with a method nobody knows', { amr: ['mfa'] }, 'amr'],
    ['that has expired', { exp: 1 }, 'IDSTS50012'],
    ['without a time of issue', { iat: undefined }, 'id_token_iat'],
  ])('%s', async (_, claims, reason) => {
    const form = await entra.startExternalMfa({ userId });
    expect(await entra.finishExternalMfa(await answer(form, claims))).toMatchObject({ passed: false, reason });
    expect(entra.tenant.methodRegistrations).toEqual([]);
  });

  test('with a method of the kind the first factor was', async () => {
    const form = await entra.startExternalMfa({ userId, firstFactor: 'inherence' });
    expect(JSON.parse(form.fields.claims!).id_token.amr.values).not.toContain('face');
    expect(await entra.finishExternalMfa(await answer(form))).toMatchObject({ reason: 'amr' });
  });

  test('signed by a key that is not published, after five minutes, as an error, or empty', async () => {
    const begin = () => entra.startExternalMfa({ userId });
    const unknown = await answer(await begin(), {}, { kid: randomUUID() });
    expect(await entra.finishExternalMfa(unknown)).toMatchObject({ reason: 'kid' });
    const forged = await answer(await begin());
    expect(
      await entra.finishExternalMfa({ ...forged, id_token: `${forged.id_token.slice(0, -8)}AAAAAAAA` }),
    ).toMatchObject({ reason: 'IDSTS50012' });
    const form = await begin();
    clock.advanceSec(301);
    expect(await entra.finishExternalMfa(await answer(form))).toMatchObject({ reason: 'too_late' });
    const { state } = (await begin()).fields;
    expect(await entra.finishExternalMfa({ state: state!, error: 'access_denied' })).toMatchObject({
      reason: 'error_access_denied',
    });
    expect(await entra.finishExternalMfa({ state: (await begin()).fields.state! })).toMatchObject({
      reason: 'id_token_missing',
    });
    expect(await entra.finishExternalMfa({})).toMatchObject({ userId: null, reason: 'state' });
    expect(entra.mfaResults.every(({ passed }) => !passed)).toBe(true);
  });
});

describe('a provider is refused', () => {
  const reason = (who: { userId: string } = { userId }) =>
    entra.startExternalMfa(who).then(
      () => 'let through',
      (error: { reason: string }) => error.reason,
    );

  test.each<[string, () => unknown, string]>([
    ['without a length', () => (chunked = true), 'discovery_content_length'],
    ['with another issuer', () => (metadata.issuer = `${issuer}/`), 'discovery_issuer'],
    ['without form_post', () => (metadata.response_modes_supported = ['query']), 'discovery_response_modes_supported'],
    ['without id_token', () => (metadata.response_types_supported = ['code']), 'discovery_response_types_supported'],
    ['without openid', () => delete metadata.scopes_supported, 'discovery_scopes_supported'],
    [
      'with pairwise subjects alone',
      () => (metadata.subject_types_supported = ['pairwise']),
      'discovery_subject_types_supported',
    ],
    ['with a query in its key address', () => (metadata.jwks_uri = `${issuer}/keys?a`), 'discovery_jwks_uri'],
    ['without a certificate', () => delete jwk.x5c, 'keys_x5c'],
    ['with the certificate of another key', () => (jwk.n = `${jwk.n?.slice(0, -4)}AAAA`), 'keys_x5c'],
    ['with a name for a key', () => (jwk.kid = 'key-1'), 'keys_kid'],
    ['with no RSA key', () => (jwk.kty = 'EC'), 'keys_kind'],
    ['at an address that is not registered', () => (metadata.authorization_endpoint = `${issuer}/other`), 'IDSTS50161'],
    ['without consent', () => entra.tenant.servicePrincipals.clear(), 'AADSTS900491'],
    ['that is disabled', () => setMethod({ state: 'disabled' }), 'method_not_offered'],
    [
      'for another group',
      () =>
        setMethod({ includeTargets: [{ targetType: 'group', id: entra.addGroup(), isRegistrationRequired: false }] }),
      'method_not_offered',
    ],
    [
      'for all but a group',
      () => setMethod({ excludeTargets: [{ targetType: 'group', id: entra.addGroup([userId]) }] }),
      'method_not_offered',
    ],
  ])('%s', async (_, spoil, expected) => {
    spoil();
    expect(await reason()).toBe(expected);
  });

  test('only when it is read again: metadata and keys are kept for a day', async () => {
    expect(await reason()).toBe('let through');
    chunked = true;
    clock.advanceSec(24 * 3600 - 1);
    expect(await reason()).toBe('let through');
    clock.advanceSec(1);
    expect(await reason()).toBe('discovery_content_length');
  });
});

describe('in a browser', () => {
  test('the start posts the form by itself, and the end tells the result', async () => {
    const start = await entra.fetch(`${entra.url}/external-mfa/start?user=ada@example.com`, {});
    const html = await start.text();
    expect(html).toContain(`action="${issuer}/authorize"`);
    const fields = Object.fromEntries(
      [...html.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
        name!,
        value!.replaceAll('&quot;', '"'),
      ]),
    );
    const post = async (form: Record<string, string>) => {
      const response = await entra.fetch(fields.redirect_uri!, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      });
      return response.text();
    };
    expect(await post(await answer({ action: '', fields }))).toContain('data-result="passed" data-reason=""');
    expect(await post({ state: 'x' })).toContain('data-result="failed" data-reason="state"');
  });

  test('the start tells what is wrong', async () => {
    const unknown = await entra.fetch(`${entra.url}/external-mfa/start?user=nobody`, {});
    expect(await unknown.text()).toContain('data-reason="user_unknown"');
    setMethod({ state: 'disabled' });
    const disabled = await entra.fetch(`${entra.url}/external-mfa/start?user=${userId}`, {});
    expect(await disabled.text()).toContain('data-reason="method_not_offered"');
  });
});

describe('Graph', () => {
  let token: string;
  beforeEach(async () => {
    const daemon = entra.addDaemon();
    const response = await entra.fetch(`${entra.url}/${entra.tenant.id}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: `${entra.url}/.default`,
        client_id: daemon.clientId,
        client_secret: daemon.secret,
      }).toString(),
    });
    token = String(((await response.json()) as { access_token: string }).access_token);
  });
  async function graph(method: string, path: string, body?: unknown) {
    const response = await entra.fetch(`${entra.url}/v1.0${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }
  const methods = '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations';
  const type = { '@odata.type': '#microsoft.graph.externalAuthenticationMethodConfiguration' };
  const method = () => ({
    ...type,
    displayName: 'Face 2',
    appId,
    openIdConnectSetting: { clientId: 'face', discoveryUrl: `${issuer}/.well-known/openid-configuration` },
  });

  test('makes a method disabled, changes what may be changed, and lists it', async () => {
    const made = await graph('POST', methods, method());
    expect(made).toMatchObject({ status: 201, body: { state: 'disabled', displayName: 'Face 2' } });
    expect((await graph('POST', methods, method())).status).toBe(400);
    const path = `${methods}/${made.body.id}`;
    const group = { targetType: 'group', id: entra.addGroup([userId]), isRegistrationRequired: false };
    expect((await graph('PATCH', path, { ...type, state: 'enabled', includeTargets: [group] })).status).toBe(204);
    for (const bad of [
      { ...type, displayName: 'Other' },
      { state: 'enabled' },
      { ...type, state: 'on' },
      { ...type, includeTargets: [{ ...group, id: randomUUID() }] },
    ]) {
      expect((await graph('PATCH', path, bad)).status).toBe(400);
    }
    const { body } = await graph('GET', '/policies/authenticationMethodsPolicy');
    expect(body.authenticationMethodConfigurations).toContainEqual(
      expect.objectContaining({ id: made.body.id, state: 'enabled', includeTargets: [group] }),
    );
  });

  test.each(['http://face.example', 'https://face.example/?a', 'https://face.example/#a', 'face.example'])(
    'takes no discovery address at %s',
    async (base) => {
      const discoveryUrl = `${base}/.well-known/openid-configuration`;
      const openIdConnectSetting = { clientId: 'face', discoveryUrl };
      expect((await graph('POST', methods, { ...method(), openIdConnectSetting })).status).toBe(400);
    },
  );

  test('registers a user for a method that is there', async () => {
    const path = `/users/${userId}/authentication/externalAuthenticationMethods`;
    const body = { '@odata.type': '#microsoft.graph.externalAuthenticationMethod', displayName: 'Face' };
    expect((await graph('POST', path, { ...body, configurationId: methodId })).status).toBe(201);
    expect((await graph('POST', path, { ...body, configurationId: randomUUID() })).status).toBe(400);
    expect((await graph('GET', path)).body.value).toMatchObject([{ configurationId: methodId }]);
  });

  test('grants delegated permissions once', async () => {
    const [resource, client] = ['Graph', 'Client'].map((name) => addServicePrincipal(entra.tenant, randomUUID(), name));
    const body = { clientId: client!.id, resourceId: resource!.id, consentType: 'AllPrincipals', scope: 'openid' };
    const { body: granted } = await graph('POST', '/oauth2PermissionGrants', body);
    expect((await graph('POST', '/oauth2PermissionGrants', body)).status).toBe(400);
    expect((await graph('PATCH', `/oauth2PermissionGrants/${granted.id}`, { scope: 'openid profile' })).status).toBe(
      204,
    );
    expect(
      (await graph('GET', `/oauth2PermissionGrants?$filter=clientId eq '${client!.id}'`)).body.value,
    ).toMatchObject([{ scope: 'openid profile' }]);
  });
});
