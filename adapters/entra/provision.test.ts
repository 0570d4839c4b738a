import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Daemon, type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import {
  eventsServiceAppId,
  findApplication,
  findServicePrincipal,
  grantedRoles,
  graphRoles,
} from '../../simulators/entra/tenant.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { FaceError } from '../../src/errors.js';
import { diagnose } from '../../support/benches/diagnose.js';
import { applyAll, findUnchecked, statesOf } from '../../test/contract/bench.js';
import { provisionEntra, toEntraConnection } from '../../test/contract/entra.js';
import { createManualClock } from '../../test/contract/state.js';

const publicUrl = 'https://face.example.com';
const callerTitle = 'Microsoft’s caller of hooks (Azure Active Directory Authentication Extensions)';
const clock = createManualClock();

let entra: EntraSimulator;
let daemon: Daemon;
let client: string;
let provisioning: Provisioning;
beforeEach(async () => {
  // As the real one is: late with what it has just made, and now and then too busy.
  entra = await startEntraSimulator({ now: () => clock.now(), lateSec: 12, throttledEvery: 7 });
  daemon = entra.addDaemon();
  client = entra.addClientApp({ acceptMappedClaims: false });
  provisioning = connect();
});
afterEach(() => entra.close());

const connect = (changes: object = {}, { by = daemon, at = publicUrl, fetch = entra.fetch } = {}): Provisioning =>
  provisionEntra(toEntraConnection(entra, by, { hooks: { clientApps: [client] }, ...changes }), {
    clock,
    fetch,
    publicUrl: at,
  });

const plan = ({ steps }: Provisioning) =>
  Promise.all(steps.map(async (step) => ({ title: step.title, ...(await step.inspect()) })));
const findingOf = async (title: string, given = provisioning) =>
  (await diagnose(given.checks)).find((finding) => finding.title === title);

/** The tenant, as text that can be compared. */
const snapshot = () =>
  JSON.stringify(entra.tenant, (_name, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  );

describe('an empty tenant', () => {
  test('has a warning that claims configured in the console will be lost', async () => {
    const found = (await plan(provisioning)).find(({ title }) => title === `Claims in tokens of ${client}`);
    expect(found).toMatchObject({ state: 'missing', changes: [expect.stringContaining('Attributes & Claims')] });
  });

  test('is planned without changes; every step describes its change', async () => {
    const before = snapshot();
    expect(await findUnchecked(provisioning)).toEqual([]);
    const found = await plan(provisioning);
    expect(found.map(({ state }) => state)).toEqual([
      'missing',
      'different',
      'ready',
      'missing',
      'missing',
      'missing',
      'missing',
      'different',
      'missing',
    ]);
    expect(found.every((status) => !('changes' in status) || status.changes.length > 0)).toBe(true);
    expect(snapshot()).toBe(before);
  });

  test('is set up; a second run finds every step ready and changes nothing', async () => {
    expect(new Set(await applyAll(provisioning))).toEqual(new Set(['ready']));
    const after = snapshot();
    expect(new Set(await statesOf(provisioning))).toEqual(new Set(['ready']));
    expect(new Set(await applyAll(connect()))).toEqual(new Set(['ready']));
    expect(snapshot()).toBe(after);

    const { tenant } = entra;
    const application = findApplication(tenant, daemon.clientId);
    expect(application).toMatchObject({
      identifierUris: [`api://face.example.com/${daemon.clientId}`],
      api: { requestedAccessTokenVersion: 2 },
    });
    expect([...(application?.extensionProperties.values() ?? [])]).toMatchObject([
      {
        name: `extension_${daemon.clientId.replaceAll('-', '')}_facestepToken`,
        dataType: 'String',
        targetObjects: ['User'],
      },
    ]);
    expect(grantedRoles(tenant, daemon.clientId)).toContain('CustomAuthenticationExtension.Receive.Payload');
    expect([...tenant.customExtensions.values()]).toMatchObject([
      {
        endpointConfiguration: { targetUrl: 'https://face.example.com/hooks/workforce/token-issuance-start' },
        authenticationConfiguration: { resourceId: `api://face.example.com/${daemon.clientId}` },
        clientConfiguration: { timeoutInMilliseconds: 2000, maximumRetries: 1 },
      },
    ]);
    expect([...tenant.listeners.values()]).toHaveLength(1);
    expect(findApplication(tenant, client)?.api).toMatchObject({
      acceptMappedClaims: true,
      requestedAccessTokenVersion: 2,
    });
    expect(findServicePrincipal(tenant, client)?.claimsMappingPolicyIds.size).toBe(1);
  });

  test('first receives Microsoft’s caller application if it is for customers; no extension is created without it', async () => {
    const there = await entra.addTenant('external');
    entra.consent(daemon.clientId, there, Object.keys(graphRoles));
    const customers = (changes: object = {}) =>
      connect({ tenantId: there.id, externalDomain: 'contoso', hooks: { clientApps: [] }, ...changes });
    const [extension] = customers({ externalDomain: undefined }).steps.filter(({ title }) =>
      title.startsWith('Custom authentication extension'),
    );
    await expect(extension!.apply()).rejects.toMatchObject({ code: 'provider_refused', detail: { missing: true } });
    provisioning = customers();
    expect(await findingOf(callerTitle)).toMatchObject({ verdict: 'fail', remedy: expect.stringContaining('--apply') });
    expect(await applyAll(provisioning)).not.toContain('missing');
    expect(findServicePrincipal(there, eventsServiceAppId)).toMatchObject({ accountEnabled: true });
    expect(await findingOf(callerTitle)).toMatchObject({ verdict: 'pass' });
    expect(there.customExtensions.size).toBe(1);
  });
});

describe('settings of others', () => {
  test('remain unchanged after the provisioning', async () => {
    const { tenant } = entra;
    const application = findApplication(tenant, daemon.clientId)!;
    application.identifierUris = ['api://theirs'];
    application.requiredResourceAccess = [
      { resourceAppId: '00000003-0000-0000-c000-000000000000', resourceAccess: [{ id: randomUUID(), type: 'Role' }] },
      { resourceAppId: randomUUID(), resourceAccess: [{ id: randomUUID(), type: 'Scope' }] },
    ];
    application.api = { ...application.api, oauth2PermissionScopes: [{ value: 'theirs' }] };
    const former = structuredClone(application.requiredResourceAccess);
    // What another service has set up for another application.
    const other = entra.addClientApp();
    const owner = entra.addDaemon();
    const theirs = connect({ hooks: { clientApps: [other] } }, { by: owner, at: 'https://other.example' });
    await applyAll(theirs);
    const [[id, extension] = []] = [...tenant.customExtensions];
    tenant.customExtensions.set(id!, { ...extension!, displayName: 'theirs' });
    const theirPart = () => {
      const { customExtensions, listeners, policies } = tenant;
      const things = [customExtensions, listeners, policies].map((each) => [...each.values()][0]);
      return JSON.stringify([
        ...things,
        findApplication(tenant, other)?.api,
        findApplication(tenant, owner.clientId)?.api,
      ]);
    };
    const untouched = theirPart();

    expect(new Set(await applyAll(provisioning))).toEqual(new Set(['ready']));
    expect(application.identifierUris).toEqual(['api://theirs', `api://face.example.com/${daemon.clientId}`]);
    expect(application.api.oauth2PermissionScopes).toEqual([{ value: 'theirs' }]);
    expect(application.requiredResourceAccess[0]?.resourceAccess).toEqual([
      ...former[0]!.resourceAccess,
      { id: '214e810f-fda8-4fd7-a475-29461495eb00', type: 'Role' },
    ]);
    expect(application.requiredResourceAccess[1]).toEqual(former[1]);
    expect(theirPart()).toBe(untouched);
  });

  test('are never overwritten if they conflict', async () => {
    await applyAll(provisioning);
    const { tenant } = entra;
    const [listener] = [...tenant.listeners.values()];
    const [policy] = [...tenant.policies.values()];
    const extension = { ...[...tenant.customExtensions.values()][0]!, id: randomUUID(), displayName: 'theirs' };
    const elsewhere = { ...extension.endpointConfiguration, targetUrl: 'https://other.example/x' };
    tenant.customExtensions.set(extension.id, { ...extension, endpointConfiguration: elsewhere });
    tenant.listeners.set(listener!.id, {
      ...listener!,
      handler: { ...listener!.handler, customExtension: { id: extension.id } },
    });
    policy!.displayName = 'theirs';
    policy!.definition = [
      JSON.stringify({ ClaimsMappingPolicy: { Version: 1, IncludeBasicClaimSet: 'true', ClaimsSchema: [] } }),
    ];
    const found = await plan(connect());
    expect(found.filter(({ state }) => state === 'blocked')).toMatchObject([
      { reason: expect.stringContaining('"theirs"') },
      { reason: expect.stringContaining('"theirs"') },
    ]);
    expect(found.filter(({ state }) => state === 'blocked').map(({ title }) => title)).toEqual([
      `Listener for tokens of ${client}`,
      `Claims in tokens of ${client}`,
    ]);
  });

  test('a policy of this product with additional claims keeps them', async () => {
    await applyAll(provisioning);
    const policy = [...entra.tenant.policies.values()][0]!;
    const theirs = { Source: 'user', ID: 'mail', JwtClaimType: 'mail' };
    policy.definition = [
      JSON.stringify({ ClaimsMappingPolicy: { Version: 1, IncludeBasicClaimSet: 'false', ClaimsSchema: [theirs] } }),
    ];
    expect(new Set(await applyAll(connect()))).toEqual(new Set(['ready']));
    const { ClaimsMappingPolicy } = JSON.parse(policy.definition[0]!);
    expect(ClaimsMappingPolicy.IncludeBasicClaimSet).toBe('false');
    expect(ClaimsMappingPolicy.ClaimsSchema).toEqual([theirs, expect.anything(), expect.anything(), expect.anything()]);
  });
});

describe('a refusal of Graph', () => {
  test('is reported with its code and call, without its text', async () => {
    provisioning = connect({}, { by: entra.addDaemon(['Application.Read.All']) });
    const error = await provisioning.steps[0]!.apply().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'provider_refused',
      detail: {
        status: 403,
        code: 'Authorization_RequestDenied',
        call: expect.stringMatching(/^POST \/applications\//),
      },
    });
  });

  test('a next link to another host is not followed with the access token', async () => {
    const urls: string[] = [];
    const fetch: typeof entra.fetch = (url, init) => {
      urls.push(url);
      if (!url.includes('/v1.0/')) return entra.fetch(url, init);
      return Promise.resolve(Response.json({ value: [], '@odata.nextLink': 'https://evil.example/v1.0/applications' }));
    };
    provisioning = connect({}, { fetch });
    const error = await provisioning.steps[0]!.inspect().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FaceError);
    expect(urls.some((url) => url.includes('evil'))).toBe(false);
  });
});

describe('the check of photos with which enrolments are compared', () => {
  const title = 'Photos of users';
  const check = async (photo: object | null = {}) => {
    const connection = { ...toEntraConnection(entra, daemon), policy: { mode: 'shadow', photo } };
    const { checks } = provisionEntra(connection, { clock, fetch: entra.fetch });
    return (await diagnose(checks)).find((each) => each.title === title) ?? null;
  };
  const grant = (...roles: readonly string[]) => {
    daemon = entra.addDaemon(roles);
  };

  test('runs only if the photos come from Entra ID', async () => {
    expect(await check(null)).toBeNull();
    const source = { url: 'https://badge.example.com/{employee_number}.jpg' };
    expect(await check({ source, hosts: ['badge.example.com'] })).toBeNull();
  });

  test('warns if users may change their photo, and passes if only administrators may', async () => {
    grant('User.ReadWrite.All', 'PeopleSettings.Read.All');
    expect(await check()).toMatchObject({ verdict: 'warn', found: 'Users may change their own photo' });
    entra.tenant.photoUpdates.allowedRoles = ['fe930be7-5e62-47db-91af-98c3a49a38b1'];
    expect(await check()).toMatchObject({ verdict: 'pass', found: 'Only one role may change photos' });
    entra.tenant.photoUpdates.allowedRoles = [];
    expect(await check()).toMatchObject({ verdict: 'warn' });
    entra.tenant.photoUpdates.source = 'onPremises';
    expect(await check()).toMatchObject({ verdict: 'pass' });
  });

  test('warns "Not known" if it may not read the tenant’s photo setting', async () => {
    grant('User.ReadWrite.All');
    expect(await check()).toMatchObject({ verdict: 'warn', found: expect.stringContaining('Not known') });
  });

  test('fails if the service may not read photos', async () => {
    const { checks } = provisionEntra(
      { ...toEntraConnection(entra, daemon), policy: { mode: 'shadow', photo: {} } },
      {
        clock,
        fetch: async (url, init) =>
          url.includes('/photo/')
            ? Response.json({ error: { code: 'ErrorAccessDenied' } }, { status: 403 })
            : entra.fetch(url, init),
      },
    );
    expect((await diagnose(checks)).find((each) => each.title === title)).toMatchObject({ verdict: 'fail' });
  });
});

describe('the checks', () => {
  const verdicts = async (given = provisioning) =>
    Object.fromEntries((await diagnose(given.checks)).map(({ title, verdict }) => [title, verdict]));

  test('pass on a configured tenant and list what an administrator must inspect', async () => {
    await applyAll(provisioning);
    const found = await verdicts();
    expect(Object.values(found).filter((verdict) => verdict === 'fail')).toEqual([]);
    expect(found).toMatchObject({
      'Credentials of the service': 'pass',
      Clocks: 'pass',
      'Keys that authenticate callers': 'pass',
      'Entra finds nothing wrong with token-issuance-start': 'pass',
      'Access to the directory extension': 'manual',
      'Tokens without the claims': 'manual',
      'Entra when this server is down': 'warn',
    });
    expect(
      (await diagnose(provisioning.checks)).every(({ verdict, remedy }) => verdict === 'pass' || remedy !== null),
    ).toBe(true);
  });
});

describe('account recovery', () => {
  const titleOf = (part: string) => `Account recovery: ${part}`;
  const policyTitle = titleOf('policy of Temporary Access Passes');
  const rightTitle = titleOf('right to issue passes');
  const rolesTitle = titleOf('administrator roles');
  const recovering = (by = daemon, mode = 'evaluation') =>
    provisionEntra({ ...toEntraConnection(entra, by), recovery: { mode } }, { clock, fetch: entra.fetch });
  const find = (title: string, by = daemon) => findingOf(title, recovering(by));

  test('adds no check and no step while it is off', async () => {
    const { checks, steps } = recovering(daemon, 'off');
    const titles = [...checks, ...steps].map(({ title }) => title);
    expect(titles.filter((title) => /recovery/i.test(title))).toEqual([]);
    expect(recovering().steps.map(({ title }) => title)).toContain('Temporary Access Passes of account recovery');
  });

  test('is checked without a change: what is wrong, and the page that fixes it', async () => {
    const before = snapshot();
    const { passPolicy } = entra.tenant;
    expect(await find(policyTitle)).toMatchObject({ verdict: 'warn', found: expect.stringContaining('many times') });
    passPolicy.isUsableOnce = true;
    expect(await find(policyTitle)).toMatchObject({
      verdict: 'pass',
      found: 'Passes are enabled for everybody, work once, and live 60 minutes (at most 480)',
    });
    passPolicy.minimumLifetimeInMinutes = 120;
    expect(await find(policyTitle)).toMatchObject({ verdict: 'warn', found: expect.stringContaining('120 minutes') });
    passPolicy.includeTargets = [];
    expect(await find(policyTitle)).toMatchObject({ verdict: 'fail', found: 'The policy includes no one' });
    passPolicy.state = 'disabled';
    const remedy = expect.stringContaining('Policies > Temporary Access Pass');
    expect(await find(policyTitle)).toMatchObject({ verdict: 'fail', remedy });
    expect(await find(rightTitle)).toMatchObject({ verdict: 'pass' });
    expect(await find(rolesTitle)).toMatchObject({ verdict: 'manual', found: expect.stringContaining('eligible') });
    Object.assign(passPolicy, JSON.parse(before).passPolicy);
    expect(snapshot()).toBe(before);
  });

  test('names the permission that is missing', async () => {
    const poor = entra.addDaemon(['User.ReadWrite.All']);
    for (const [title, permission] of [
      [policyTitle, 'Policy.Read.AuthenticationMethod'],
      [rightTitle, 'UserAuthMethod-TAP.ReadWrite.All'],
      [rolesTitle, 'RoleManagement.Read.Directory'],
    ] as const) {
      const remedy = expect.stringContaining(permission);
      expect(await find(title, poor)).toMatchObject({ verdict: 'fail', remedy });
    }
  });
});

describe('instructions for administrators who run no tool', () => {
  test('cover every step and every hook, contain no secret, and have the values that Entra receives from apply', async () => {
    await entra.close();
    entra = await startEntraSimulator({ kind: 'external', now: () => clock.now() });
    const by = entra.addDaemon();
    const appId = entra.addClientApp();
    const app = entra.addClientApp();
    const receiptAttribute = entra.addExtension(by.clientId, 'faceReceipt');
    entra.addUserFlow('Customers', { applications: [app], inputs: [receiptAttribute] });
    const mfa = { kind: 'entra_external_mfa', id: appId, tenantIds: [entra.tenant.id], login: entra.url };
    const hooks = { clientApps: [app], signUp: { userFlow: 'Customers', receiptAttribute } };
    const connection = toEntraConnection(entra, by, { hooks }, { clients: [{ ...mfa, groups: [entra.addGroup()] }] });
    const given = provisionEntra(
      { ...connection, recovery: { mode: 'evaluation' } },
      { clock, fetch: entra.fetch, publicUrl },
    );
    const linesOf = (title: string) => given.steps.find((step) => step.title.startsWith(title))?.byHand ?? [];
    const bodyOf = (title: string) => JSON.parse(/\{.*\}$/.exec(linesOf(title).join('\n'))![0]);
    expect(given.steps.filter(({ byHand = [] }) => byHand.length === 0)).toEqual([]);
    const text = given.steps.flatMap(({ byHand = [] }) => byHand).join('\n');
    expect(text).not.toContain(by.secret);

    await applyAll(given);
    const { customExtensions, policies, listeners, signUpListeners, methods } = entra.tenant;
    expect(customExtensions.size).toBe(3);
    for (const extension of customExtensions.values()) {
      const { displayName, endpointConfiguration, clientConfiguration } = extension;
      const event = extension['@odata.type'].replace('#microsoft.graph.on', '').replace('CustomExtension', '');
      expect(linesOf(`Custom authentication extension: ${displayName!.split(' ')[2]}`)).toEqual(
        expect.arrayContaining([
          `Event type: ${event}`,
          `Name: ${displayName}`,
          `Target URL: ${endpointConfiguration.targetUrl}`,
          `Timeout in milliseconds: ${clientConfiguration?.timeoutInMilliseconds}`,
        ]),
      );
      expect(text).toContain(`${publicUrl}/hooks/workforce/${displayName!.split(' ')[2]}`);
    }
    expect([...policies.values()]).toMatchObject([bodyOf('Claims mapping policy')]);
    const { handler: _, ...listener } = bodyOf('Listener for tokens');
    expect([...listeners.values()]).toMatchObject([listener]);
    expect(linesOf('User flow "Customers": face check')).toContain(
      `When a user submits their information: ${[...signUpListeners.values()][0]?.displayName}`,
    );
    const [method] = [...methods.values()];
    expect(linesOf('Authentication method').slice(1)).toEqual([
      `Name: ${method?.displayName}`,
      `Client ID: ${method?.openIdConnectSetting.clientId}`,
      `Discovery Endpoint: ${method?.openIdConnectSetting.discoveryUrl}`,
      `App ID: ${method?.appId}`,
    ]);
    const properties = [...findApplication(entra.tenant, by.clientId)!.extensionProperties.values()];
    const { name, ...property } = bodyOf('Directory extension');
    expect(properties).toContainEqual(
      expect.objectContaining({ ...property, name: expect.stringMatching(`_${name}$`) }),
    );
  });
});
