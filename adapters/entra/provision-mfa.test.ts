import { randomUUID, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, type JWK } from 'jose';
import { type Daemon, type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import { type Application, findApplication, findServicePrincipal } from '../../simulators/entra/tenant.js';
import { createSelfSigned } from '../../simulators/tls-server.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { withoutTimeLimit } from '../../support/fakes/patient-fetch.js';
import { applyAll, statesOf } from '../../test/contract/bench.js';
import { provisionEntra, toEntraConnection } from '../../test/contract/entra.js';
import { createManualClock } from '../../test/contract/state.js';
import { createEntraConnectionGuard } from './config.js';

const publicUrl = 'https://face.example.com';
const issuer = `${publicUrl}/oidc/workforce`;
const clock = createManualClock();

let entra: EntraSimulator;
let daemon: Daemon;
let appId: string;
let application: Application;
let group: string;
beforeEach(async () => {
  entra = await startEntraSimulator({ now: () => clock.now(), lateSec: 12, throttledEvery: 7 });
  daemon = entra.addDaemon();
  appId = entra.addClientApp();
  application = findApplication(entra.tenant, appId)!;
  // As registered a moment ago in the console, and not consented to.
  entra.tenant.servicePrincipals.delete(findServicePrincipal(entra.tenant, appId)!.id);
  group = entra.addGroup();
});
afterEach(() => entra.close());

const settingsWith = (changes: object = {}) => {
  const client = { kind: 'entra_external_mfa', id: appId, tenantIds: [entra.tenant.id], login: entra.url };
  return toEntraConnection(entra, daemon, { hooks: {} }, { clients: [{ ...client, groups: [group], ...changes }] });
};

const connect = (changes: object = {}, { at = publicUrl, fetch = entra.fetch } = {}): Provisioning =>
  provisionEntra(settingsWith(changes), { clock, fetch: withoutTimeLimit(fetch), publicUrl: at });

/** The five that are about External MFA. */
const mfaOf = ({ steps }: Provisioning) => ({ steps: steps.slice(-5) });
const ready = Array(5).fill('ready');
const methodsOf = () => [...entra.tenant.methods.values()];

describe('an empty tenant', () => {
  test('is planned without changes, then set up, and a second run changes nothing', async () => {
    const given = connect();
    expect(await statesOf(mfaOf(given))).toEqual(['different', 'missing', 'missing', 'missing', 'missing']);
    expect(methodsOf()).toEqual([]);
    expect(await applyAll(mfaOf(given))).toEqual(ready);
    expect(await applyAll(mfaOf(connect()))).toEqual(ready);

    expect(application).toMatchObject({
      signInAudience: 'AzureADMyOrg',
      web: { redirectUris: [`${issuer}/authorize`] },
      requiredResourceAccess: [
        {
          resourceAppId: '00000003-0000-0000-c000-000000000000',
          resourceAccess: [
            { id: '37f7f235-527c-4136-accd-4a02d197296e', type: 'Scope' },
            { id: '14dad69e-099b-42c9-810b-d002981feec1', type: 'Scope' },
          ],
        },
      ],
    });
    expect(entra.tenant.permissionGrants).toMatchObject([{ consentType: 'AllPrincipals', scope: 'openid profile' }]);
    expect(methodsOf()).toMatchObject([
      {
        displayName: 'Face check',
        appId,
        openIdConnectSetting: { clientId: appId, discoveryUrl: `${issuer}/.well-known/openid-configuration` },
        state: 'enabled',
        includeTargets: [{ id: group }],
      },
    ]);
  });
});

describe('existing settings', () => {
  test('remain: other redirect URIs, permissions, consents and groups', async () => {
    application.web.redirectUris.push('https://theirs.example/callback');
    const theirs = { resourceAppId: randomUUID(), resourceAccess: [{ id: randomUUID(), type: 'Role' }] };
    application.requiredResourceAccess.push(theirs);
    await applyAll(mfaOf(connect()));
    entra.tenant.permissionGrants[0] = { ...entra.tenant.permissionGrants[0]!, scope: 'openid User.Read' };
    const others = entra.addGroup();
    const [method] = methodsOf();
    const target = { targetType: 'group', id: others, isRegistrationRequired: true } as const;
    entra.tenant.methods.set(method!.id, { ...method!, includeTargets: [target] });
    expect(await applyAll(mfaOf(connect()))).toEqual(ready);
    expect(application.web.redirectUris).toEqual(['https://theirs.example/callback', `${issuer}/authorize`]);
    expect(application.requiredResourceAccess).toContainEqual(theirs);
    expect(entra.tenant.permissionGrants).toMatchObject([{ scope: 'openid User.Read profile' }]);
    expect(methodsOf()[0]?.includeTargets).toEqual([target, { ...target, id: group, isRegistrationRequired: false }]);
  });
});

describe('the configuration', () => {
  const problems = (settings: unknown) =>
    createEntraConnectionGuard([])
      .safeParse(settings)
      .error?.issues.map(({ path }) => path.at(-1)) ?? [];

  test('requires one tenant that matches, the cloud, and an application other than the daemon’s', () => {
    expect(problems(settingsWith())).toEqual([]);
    expect(problems(settingsWith({ tenantIds: [randomUUID()] }))).toEqual(['tenantIds', 'tenantIds']);
    expect(problems(settingsWith({ tenantIds: [entra.tenant.id, randomUUID()] }))).toEqual(['tenantIds']);
    expect(problems(settingsWith({ login: undefined }))).toEqual(['cloud']);
    expect(problems(settingsWith({ appId: daemon.clientId }))).toEqual(['appId']);
  });
});

const { cert } = await createSelfSigned('rsa');

describe('the checks of External MFA', () => {
  const certificate = new X509Certificate(cert);
  let jwk: JWK;
  let metadata: Record<string, unknown>;
  let isChunked: boolean;
  beforeEach(async () => {
    isChunked = false;
    const kid = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
    jwk = { ...(await exportJWK(certificate.publicKey)), use: 'sig', kid, x5c: [certificate.raw.toString('base64')] };
    metadata = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      jwks_uri: `${issuer}/jwks`,
      scopes_supported: ['openid'],
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      response_modes_supported: ['form_post'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  });
  const answer = (url: string): Response => {
    const text = JSON.stringify(url.endsWith('/jwks') ? { keys: [jwk] } : metadata);
    return new Response(text, isChunked ? {} : { headers: { 'content-length': String(Buffer.byteLength(text)) } });
  };

  const find = async (title: string, changes: object = {}) => {
    const fetch: typeof entra.fetch = async (url, init) =>
      url.startsWith(entra.url) ? entra.fetch(url, init) : answer(url);
    return connect(changes, { fetch })
      .checks.find((check) => check.title === title)!
      .run();
  };

  test('pass with a valid discovery document and valid keys', async () => {
    expect(await find('Discovery of External MFA')).toMatchObject({ verdict: 'pass' });
    expect(await find('Keys of External MFA')).toMatchObject({ verdict: 'pass' });
    expect(await find('Keys that authenticate callers')).toMatchObject({ verdict: 'pass' });
    expect(await find('Requirements of Conditional Access')).toMatchObject({ verdict: 'manual' });
  });

  test.each<[string, () => unknown, string]>([
    ['a chunked reply', () => (isChunked = true), 'Content-Length'],
    ['a missing form_post mode', () => (metadata.response_modes_supported = []), 'response_modes_supported'],
  ])('report %s in the discovery document', async (_, spoil, found) => {
    spoil();
    expect(await find('Discovery of External MFA')).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining(found),
      remedy: expect.any(String),
    });
  });

  test.each<[string, () => unknown]>([
    ['without a certificate', () => delete jwk.x5c],
    ['with the certificate of another key', () => (jwk.n = `${jwk.n?.slice(0, -4)}AAAA`)],
  ])('report a key %s', async (_, spoil) => {
    spoil();
    expect(await find('Keys of External MFA')).toMatchObject({ verdict: 'fail' });
  });
});
