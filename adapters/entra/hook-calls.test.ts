import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findServicePrincipal } from '../../simulators/entra/tenant.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { applyAll, type ConnectionChanges } from '../../test/contract/bench.js';
import { type EntraBench, openEntraBench } from '../../test/contract/entra.js';

/* The tenant is set up before each test; then one thing is changed in it. */

let bench: EntraBench;
let client: string;
let flow: string;
let served: ConnectionChanges;
beforeEach(async () => {
  bench = await openEntraBench();
  client = bench.entra.addClientApp();
  flow = bench.entra.addUserFlow('Customers', { applications: [client], inputs: [bench.receiptAttribute] }).id;
  served = toServed([client]);
  await applyAll(bench.provision(served, testIssuer));
});
afterEach(() => bench.close());

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
    { hook: 'attribute-collection-start', decides: true, state: 'called', reason: null, where: [`user flow ${flow}`] },
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
      const targetUrl = 'https://other.example.com/hook';
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
        /status 403, Authorization_RequestDenied\); this needs CustomAuthenticationExtension\.Read\.All and Event/,
      ),
      where: [],
    },
  ]);
});
