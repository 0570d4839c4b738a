import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { applyAll } from '../../test/contract/bench.js';
import { provisionEntra, toEntraConnection } from '../../test/contract/entra.js';
import { createManualClock } from '../../test/contract/state.js';

const clock = createManualClock();
let entra: EntraSimulator;
let provisioning: Provisioning;
/** All that provisioning and registering need. */
const roles = [
  'User.ReadWrite.All',
  'GroupMember.Read.All',
  'UserAuthMethod-External.ReadWrite.All',
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'CustomAuthenticationExtension.ReadWrite.All',
  'EventListener.ReadWrite.All',
  'Policy.ReadWrite.ApplicationConfiguration',
  'Policy.ReadWrite.AuthenticationMethod',
];
let waits: number[];
let appId: string;
beforeEach(async () => {
  waits = [];
  entra = await startEntraSimulator({ now: () => clock.now(), throttledEvery: 4 });
  appId = entra.addClientApp();
  provisioning = connect(roles);
  await applyAll(provisioning);
  waits = [];
});
afterEach(() => entra.close());

function connect(granted: readonly string[]): Provisioning {
  const client = { kind: 'entra_external_mfa', id: appId, tenantIds: [entra.tenant.id], login: entra.url };
  const connection = toEntraConnection(entra, entra.addDaemon(granted), {}, { clients: [client] });
  return provisionEntra(connection, { clock, fetch: entra.fetch }, async (ms) => void waits.push(ms));
}

test('the users to register are all enabled users on all pages, or only the members of a group', async () => {
  const users = ['ada', 'grace', 'alan', 'joan', 'mary'].map((name) => entra.addUser({ mail: `${name}@example.com` }));
  users[4]!.accountEnabled = false;
  const { registration } = provisioning;
  const found = await registration!.findRegistrants(null);
  expect(found).toEqual(users.slice(0, 4).map(({ id, userPrincipalName }) => ({ id, login: userPrincipalName })));
  const group = entra.addGroup([users[0]!.id, users[1]!.id, users[2]!.id, users[4]!.id]);
  expect((await registration!.findRegistrants(group)).map(({ login }) => login)).toEqual([
    'ada@example.com',
    'grace@example.com',
    'alan@example.com',
  ]);
  await expect(registration!.findRegistrants('everybody')).rejects.toMatchObject({ code: 'provider_refused' });
});

test('registering a user adds the method, and the user is then reported as registered', async () => {
  entra.addUser({ mail: 'ada@example.com' });
  const { registration } = provisioning;
  const [ada] = await registration!.findRegistrants(null);
  expect(await registration!.isRegistered(ada!)).toBe(false);
  await registration!.register(ada!);
  expect(await registration!.isRegistered(ada!)).toBe(true);
  const [method] = [...entra.tenant.methods.values()];
  expect(entra.tenant.methodRegistrations).toMatchObject([
    { userId: ada!.id, configurationId: method!.id, displayName: 'Face check' },
  ]);
  // Graph was too busy now and then, and said for how long.
  expect(waits.length).toBeGreaterThan(0);
  expect(new Set(waits)).toEqual(new Set([1000]));
});
