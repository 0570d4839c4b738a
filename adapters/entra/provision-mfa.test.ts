import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, type JWK } from 'jose';
import { type Daemon, type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import { type Application, findApplication, findServicePrincipal } from '../../simulators/entra/tenant.js';
import { createRsaCertificate } from '../../simulators/tls-server.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { createManualClock } from '../../test/contract/state.js';
import { createTextLog, systemRandom } from '../../test/sinks.js';
import { entraConnectionGuard } from './config.js';
import { createEntraProvisioning } from './provision.js';

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

const settingsWith = (changes: object = {}, tenants = [entra.tenant.id]) => ({
  id: 'workforce',
  kind: 'entra',
  policy: { mode: 'shadow' },
  oidc: {
    clients: [
      {
        kind: 'entra_external_mfa',
        id: appId,
        tenantIds: [entra.tenant.id],
        login: entra.url,
        groups: [group],
        ...changes,
      },
    ],
  },
  entra: {
    tenantId: entra.tenant.id,
    clientId: daemon.clientId,
    auth: { kind: 'secret', secret: daemon.secret },
    endpoints: { login: entra.url, graph: entra.url },
    hooks: { clientApps: [], tenants },
  },
});

const connect = (
  changes: object = {},
  { at = publicUrl, fetch = entra.fetch, tenants = [entra.tenant.id] } = {},
): Provisioning =>
  createEntraProvisioning(
    {
      settings: entraConnectionGuard.parse(settingsWith(changes, tenants)),
      publicUrl: at,
      clock,
      random: systemRandom,
      fetch,
      log: createTextLog(),
    },
    async (ms) => clock.advanceSec(ms / 1000),
  );

/** The five that are about External MFA. */
const stepsOf = (given: Provisioning) => given.steps.slice(-5);
const statesOf = async (given: Provisioning) =>
  Promise.all(stepsOf(given).map(async (step) => (await step.inspect()).state));
async function applyAll(given: Provisioning) {
  for (const step of stepsOf(given)) {
    const { state } = await step.inspect();
    if (state === 'missing' || state === 'different') await step.apply();
  }
  return statesOf(given);
}
const ready = Array(5).fill('ready');
const methodsOf = () => [...entra.tenant.methods.values()];

describe('an empty tenant', () => {
  test('is planned without being changed, then set up, and then there is nothing to do', async () => {
    const given = connect();
    expect(await statesOf(given)).toEqual(['different', 'missing', 'missing', 'missing', 'missing']);
    expect(methodsOf()).toEqual([]);
    expect(await applyAll(given)).toEqual(ready);
    expect(await applyAll(connect())).toEqual(ready);

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

describe('what is there', () => {
  test('stays: other redirect URIs, permissions, consents and groups', async () => {
    application.web.redirectUris.push('https://theirs.example/callback');
    const theirs = { resourceAppId: randomUUID(), resourceAccess: [{ id: randomUUID(), type: 'Role' }] };
    application.requiredResourceAccess.push(theirs);
    await applyAll(connect());
    entra.tenant.permissionGrants[0] = { ...entra.tenant.permissionGrants[0]!, scope: 'openid User.Read' };
    const others = entra.addGroup();
    const [method] = methodsOf();
    const target = { targetType: 'group', id: others, isRegistrationRequired: true } as const;
    entra.tenant.methods.set(method!.id, { ...method!, includeTargets: [target] });
    expect(await applyAll(connect())).toEqual(ready);
    expect(application.web.redirectUris).toEqual(['https://theirs.example/callback', `${issuer}/authorize`]);
    expect(application.requiredResourceAccess).toContainEqual(theirs);
    expect(entra.tenant.permissionGrants).toMatchObject([{ scope: 'openid User.Read profile' }]);
    expect(methodsOf()[0]?.includeTargets).toEqual([target, { ...target, id: group, isRegistrationRequired: false }]);
  });
});

describe('the configuration', () => {
  const problems = (settings: unknown) =>
    entraConnectionGuard.safeParse(settings).error?.issues.map(({ path }) => path.at(-1)) ?? [];

  test('has the tenant, the cloud and an application of its own', () => {
    expect(problems(settingsWith())).toEqual([]);
    expect(problems(settingsWith({ tenantIds: [randomUUID()] }))).toEqual(['tenantIds', 'tenantIds']);
    expect(problems(settingsWith({ tenantIds: [entra.tenant.id, randomUUID()] }))).toEqual(['tenantIds']);
    expect(problems(settingsWith({ login: undefined }))).toEqual(['cloud']);
    expect(problems(settingsWith({ appId: daemon.clientId }))).toEqual(['appId']);
  });
});

describe('checks', () => {
  const { cert } = createRsaCertificate();
  const certificate = new X509Certificate(cert);
  let server: Server;
  let address: string;
  let jwk: JWK;
  let metadata: Record<string, unknown>;
  let chunked: boolean;
  beforeEach(async () => {
    chunked = false;
    const kid = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
    jwk = { ...(await exportJWK(certificate.publicKey)), use: 'sig', kid, x5c: [certificate.raw.toString('base64')] };
    server = createServer((request, response) => {
      const text = JSON.stringify(request.url?.endsWith('/jwks') ? { keys: [jwk] } : metadata);
      if (chunked) response.write(text);
      else response.setHeader('content-length', Buffer.byteLength(text));
      response.end(chunked ? undefined : text);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    metadata = {
      issuer: `${address}/oidc/workforce`,
      authorization_endpoint: `${address}/oidc/workforce/authorize`,
      jwks_uri: `${address}/oidc/workforce/jwks`,
      scopes_supported: ['openid'],
      response_types_supported: ['id_token'],
      response_modes_supported: ['form_post'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const find = async (title: string, changes: object = {}) => {
    const fetch: typeof entra.fetch = (url, init) =>
      url.startsWith(entra.url) ? entra.fetch(url, init) : globalThis.fetch(url, init);
    const { checks } = connect(changes, { at: address, fetch });
    return checks.find((check) => check.title === title)!.run();
  };

  test('pass on what Entra can read; plain http is a warning', async () => {
    expect(await find('Discovery of External MFA')).toMatchObject({
      verdict: 'warn',
      found: expect.stringMatching('https'),
    });
    expect(await find('Keys of External MFA')).toMatchObject({ verdict: 'pass' });
    expect(await find('Keys that tell who calls')).toMatchObject({ verdict: 'pass' });
    expect(await find('What Conditional Access can ask for')).toMatchObject({ verdict: 'manual' });
  });

  test.each<[string, () => unknown, string]>([
    ['a chunked answer', () => (chunked = true), 'length'],
    ['no form_post', () => (metadata.response_modes_supported = []), 'response_modes_supported'],
  ])('find %s in the discovery document', async (_, spoil, found) => {
    spoil();
    expect(await find('Discovery of External MFA')).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining(found),
      remedy: expect.any(String),
    });
  });

  test.each<[string, () => unknown]>([
    ['without a certificate', () => delete jwk.x5c],
    ['with the certificate of another', () => (jwk.n = `${jwk.n?.slice(0, -4)}AAAA`)],
  ])('find a key %s', async (_, spoil) => {
    spoil();
    expect(await find('Keys of External MFA')).toMatchObject({ verdict: 'fail' });
  });
});
