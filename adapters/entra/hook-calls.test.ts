import { beforeEach, expect, test } from '@jest/globals';
import { findServicePrincipal, graphRoles, type UserFlow } from '../../simulators/entra/tenant.js';
import type { Fetch } from '../../src/core/ports.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { applyAll, type ConnectionChanges } from '../../test/contract/bench.js';
import { type EntraBench, openEntraBench } from '../../test/contract/entra.js';

/* The tenant is set up before each test; then one thing is changed in it. */

let bench: EntraBench;
let client: string;
let flow: UserFlow;
let served: ConnectionChanges;
beforeEach(async () => {
  bench = await openEntraBench();
  client = bench.entra.addClientApp();
  flow = bench.entra.addUserFlow('Customers', { applications: [client], inputs: [bench.receiptAttribute] });
  served = toServed([client]);
  await applyAll(bench.provision(served, testIssuer));
});

const toServed = (clientApps: readonly string[], signUp: object = { userFlow: 'Customers' }): ConnectionChanges => ({
  hooks: { appId: bench.daemon.clientId, clientApps, signUp },
});
const extensions = () => bench.entra.tenant.customExtensions;
const tokenExtension = () =>
  [...extensions().values()].find((each) => each['@odata.type'].includes('onTokenIssuanceStart'))!;
const read = async (changes: ConnectionChanges = served) => (await bench.connect(changes).readHookCalls!()).hooks;

test('each hook is reported with the applications or the user flow that call it', async () => {
  const where = [`application ${client}`];
  expect(await read()).toEqual([
    { hook: 'token-issuance-start', decides: true, state: 'called', reason: null, where },
    {
      hook: 'attribute-collection-start',
      decides: true,
      state: 'called',
      reason: null,
      where: ['user flow "Customers"'],
    },
  ]);
});

test('an application of the configuration without a listener is named', async () => {
  const other = bench.entra.addClientApp();
  expect((await read(toServed([client, other])))[0]).toMatchObject({
    state: 'partly',
    reason: `not for application ${other}`,
  });
});

test.each([
  ['there is no extension', () => extensions().clear(), /no custom authentication extension/],
  ['no listener names it', () => bench.entra.tenant.listeners.clear(), /No event listener/],
  [
    'the extension calls another server',
    () => {
      const extension = tokenExtension();
      const targetUrl = 'https://other.example.com/hook?code=a-secret';
      const endpointConfiguration = { ...extension.endpointConfiguration, targetUrl };
      const displayName = 'facestep customers token-issuance-start';
      extensions().set(extension.id, { ...extension, displayName, endpointConfiguration });
    },
    /calls https:\/\/other\.example\.com\/hook, not /,
  ],
  [
    'the application of the hooks is disabled',
    () => (findServicePrincipal(bench.entra.tenant, bench.daemon.clientId)!.accountEnabled = false),
    /ServicePrincipalDisabled/,
  ],
])('the token hook is reported as not called if %s', async (_, change, reason) => {
  change();
  expect((await read())[0]).toEqual({
    hook: 'token-issuance-start',
    decides: true,
    state: 'not_called',
    reason: expect.stringMatching(reason),
    where: [],
  });
});

test('a sign-up hook without a listener is not called; without a user flow in the configuration, it is not known', async () => {
  bench.entra.tenant.signUpListeners.clear();
  expect((await read()).map(({ state }) => state)).toEqual(['called', 'not_called']);
  expect((await read(toServed([client], {}))).map(({ state }) => state)).toEqual(['called', 'unknown']);
});

const extensionOf = (event: 'Start' | 'Submit') =>
  [...extensions().values()].find((each) =>
    each['@odata.type'].endsWith(`AttributeCollection${event}CustomExtension`),
  )!;
const signUpHook = async (changes: ConnectionChanges = served) => (await read(changes))[1];

/** Graph as it answers if it omits which extension a listener calls. */
const hiding: Fetch = async (url, init) => {
  const response = await bench.entra.fetch(url, init);
  if (init.method !== 'GET' || !/authenticationEvent(Listeners|sFlows)/.test(url) || !response.ok) return response;
  const text = (await response.text()).replaceAll(/,"customExtension":\{[^}]*\}/g, '');
  return new Response(text, { status: response.status, headers: response.headers });
};

test('a listener without a visible extension calls the hook if it has our name; otherwise it is not known', async () => {
  const hidden = { ...served, fetch: hiding };
  expect((await read(hidden)).map(({ state }) => state)).toEqual(['called', 'called']);
  for (const listener of bench.entra.tenant.listeners.values()) Object.assign(listener, { displayName: 'Claims' });
  for (const listener of bench.entra.tenant.signUpListeners.values()) listener.displayName = 'Sign-up';
  expect(await read(hidden)).toMatchObject([
    {
      state: 'unknown',
      reason: `Graph does not show which extension the event listener calls for application ${client}`,
    },
    { state: 'unknown', reason: 'Graph does not show which extension the user flow "Customers" calls' },
  ]);
});

test('a listener without a visible extension for one application makes only that application not known', async () => {
  const other = bench.entra.addClientApp();
  const both = toServed([client, other]);
  await applyAll(bench.provision(both, testIssuer));
  [...bench.entra.tenant.listeners.values()].at(-1)!.displayName = 'Claims';
  expect((await read({ ...both, fetch: hiding }))[0]).toMatchObject({
    state: 'partly',
    where: [`application ${client}`],
    reason: expect.stringContaining(`not known for application ${other}`),
  });
});

test('listeners of sign-ups do not count for the token hook', async () => {
  bench.entra.tenant.listeners.clear();
  expect((await read({ ...served, fetch: hiding }))[0]).toMatchObject({ state: 'not_called' });
});

test('a listener of another user flow does not call the sign-up hook', async () => {
  const other = bench.entra.addUserFlow('Staff', { applications: [bench.entra.addClientApp()], inputs: [] });
  for (const listener of bench.entra.tenant.signUpListeners.values()) listener.authenticationEventsFlowId = other.id;
  expect(await signUpHook()).toMatchObject({
    state: 'not_called',
    reason: 'The user flow "Customers" does not call its extension',
  });
  const unnamed = toServed([client], {});
  expect(await signUpHook(unnamed)).toMatchObject({ state: 'called', where: ['user flow "Staff"'] });
});

test('the user flow of the configuration does not exist: the sign-up hook is not called', async () => {
  expect(await signUpHook(toServed([client], { userFlow: 'Partners' }))).toMatchObject({
    state: 'not_called',
    reason: 'The tenant has no user flow "Partners"',
  });
});

test("a handler of the user flow itself calls the sign-up hook, as the flow's listener does", async () => {
  bench.entra.tenant.signUpListeners.clear();
  flow.onAttributeCollectionStart = extensionOf('Start').id;
  expect(await signUpHook()).toMatchObject({ state: 'called', reason: null, where: ['user flow "Customers"'] });
  expect(await signUpHook(toServed([client], {}))).toMatchObject({ state: 'called', where: ['user flow "Customers"'] });
  flow.onAttributeCollectionStart = tokenExtension().id;
  expect(await signUpHook()).toMatchObject({ state: 'not_called' });
});

test('a user flow that asks before and after the form is reported, because every sign-up would fail', async () => {
  const { receiptAttribute } = bench;
  const withReceipt = toServed([client], { userFlow: 'Customers', receiptAttribute });
  await applyAll(bench.provision(withReceipt, testIssuer));
  flow.onAttributeCollectionSubmit = extensionOf('Submit').id;
  for (const changes of [served, withReceipt]) {
    expect(await signUpHook(changes)).toMatchObject({
      state: 'partly',
      reason: expect.stringContaining('A face check counts once, so every sign-up would fail'),
    });
  }
});

test('a hook with a warning of Entra about its extension is reported as called, with the warning', async () => {
  const { appRoleAssignments } = bench.entra.tenant;
  const receives = graphRoles['CustomAuthenticationExtension.Receive.Payload'];
  const index = appRoleAssignments.findIndex(({ appRoleId }) => appRoleId === receives);
  appRoleAssignments.splice(index, 1);
  expect(await read()).toMatchObject([
    { state: 'called', reason: expect.stringContaining('PermissionNotGrantedToServicePrincipal') },
    { state: 'called', reason: expect.stringContaining('PermissionNotGrantedToServicePrincipal') },
  ]);
});

test('with a receipt in the form and no extension before it, only the hook after the form is reported', async () => {
  const { receiptAttribute } = bench;
  extensions().clear();
  const hooks = await read(toServed([client], { userFlow: 'Customers', receiptAttribute }));
  expect(hooks.map(({ hook }) => hook)).toEqual(['token-issuance-start', 'attribute-collection-submit']);
});

test('with a receipt in the form, only the hook after the form is to be called', async () => {
  const { receiptAttribute } = bench;
  const withReceipt = toServed([client], { userFlow: 'Customers', receiptAttribute });
  bench.entra.tenant.signUpListeners.clear();
  await applyAll(bench.provision(withReceipt, testIssuer));
  expect((await read(withReceipt)).map(({ hook, state }) => [hook, state])).toEqual([
    ['token-issuance-start', 'called'],
    ['attribute-collection-submit', 'called'],
  ]);
});

test('reading permissions are enough; without them, it is not known if the hooks are called', async () => {
  const withRoles = async (...roles: readonly string[]) => {
    const { clientId, secret } = bench.entra.addDaemon(roles);
    const auth = { kind: 'secret', secret };
    const hooks = { appId: bench.daemon.clientId, clientApps: [client] };
    return read({ entra: { clientId, auth, hooks } });
  };
  const enough = ['CustomAuthenticationExtension.Read.All', 'EventListener.Read.All'];
  expect(await withRoles('User.ReadWrite.All', ...enough)).toMatchObject([{ state: 'called' }]);
  expect(await withRoles('User.ReadWrite.All')).toEqual([
    {
      hook: 'token-issuance-start',
      decides: true,
      state: 'unknown',
      reason: expect.stringMatching(
        /status 403, Authorization_RequestDenied\); this needs CustomAuthenticationExtension\.Read\.All, Event/,
      ),
      where: [],
    },
  ]);
});
