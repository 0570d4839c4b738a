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
import { findApplication } from './tenant.js';

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
    ['to another request', { nonce: 'other' }, 'nonce'],
    ['with an acr that was not asked for', { acr: 'inherence' }, 'acr'],
    ['with two methods', { amr: ['face', 'pin'] }, 'id_token_amr'],
    ['that has expired', { exp: 1 }, 'IDSTS50012'],
  ])('%s', async (_, claims, reason) => {
    const form = await entra.startExternalMfa({ userId });
    expect(await entra.finishExternalMfa(await answer(form, claims))).toMatchObject({ passed: false, reason });
    expect(entra.tenant.methodRegistrations).toEqual([]);
  });
});
