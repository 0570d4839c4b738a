import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Daemon, type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import type { DirectoryUser } from '../../simulators/entra/tenant.js';
import type { AccountRecovery, Fetch, IssuedCredential } from '../../src/core/ports.js';
import { createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { toEntraConnection } from '../../test/contract/entra.js';
import { createManualClock } from '../../test/contract/state.js';
import { createEntraConnectionGuard } from './config.js';
import { createEntraAdapter } from './index.js';

const clock = createManualClock();
const roles = ['User.ReadWrite.All', 'UserAuthMethod-TAP.ReadWrite.All', 'Policy.Read.AuthenticationMethod'];

let entra: EntraSimulator;
let daemon: Daemon;
let user: DirectoryUser;
beforeEach(async () => {
  entra = await startEntraSimulator({ now: () => clock.now() });
  daemon = entra.addDaemon(roles);
  user = entra.addUser({ mail: 'ada@example.com' });
});
afterEach(() => entra.close());

function connect({ fetch = entra.fetch, settings = {} }: { fetch?: Fetch; settings?: object } = {}) {
  const connection = createEntraConnectionGuard([]).parse(toEntraConnection(entra, daemon, settings));
  const log = createTextLog();
  const deps = { settings: connection, publicUrl: 'https://face.example.com', clock, random: systemRandom, fetch, log };
  const { accountRecovery, profile } = createEntraAdapter(deps, async () => undefined);
  if (accountRecovery === undefined) throw new Error('no account recovery');
  return { recovery: accountRecovery, profile };
}
const recover = (fetch: Fetch = entra.fetch): AccountRecovery => connect({ fetch }).recovery;
const passOf = ({ credential }: IssuedCredential): string => credential.use((text) => text);
const isPost = (url: string, init: RequestInit): boolean => init.method === 'POST' && url.includes('temporaryAccess');
const refused = (reason: string) => ({ code: 'credential_refused', detail: { reason } });

describe('a Temporary Access Pass', () => {
  test('signs in once, and lives as short as the policy allows', async () => {
    entra.tenant.passPolicy.minimumLifetimeInMinutes = 15;
    const issued = await recover().issueCredential(user.id);
    expect(issued.expiresAt).toBe(clock.now() + 15 * 60_000);
    expect(entra.isPassAlive(passOf(issued))).toBe(true);
    expect(entra.usePass(passOf(issued))).toBe(true);
    expect(entra.usePass(passOf(issued))).toBe(false);
  });

  test('ends with its life', async () => {
    const issued = await recover().issueCredential(user.id);
    clock.advanceSec(60 * 60 - 1);
    expect(entra.isPassAlive(passOf(issued))).toBe(true);
    clock.advanceSec(1);
    expect(entra.isPassAlive(passOf(issued))).toBe(false);
  });

  test('ends the former one, which is deleted before the new one is asked for', async () => {
    const calls: string[] = [];
    const recovery = recover(async (url, init) => {
      if (url.includes('temporaryAccess')) calls.push(String(init.method));
      return entra.fetch(url, init);
    });
    const former = await recovery.issueCredential(user.id);
    calls.length = 0;
    const issued = await recovery.issueCredential(user.id);
    expect(calls).toEqual(['GET', 'DELETE', 'POST']);
    expect([former, issued].map((each) => entra.isPassAlive(passOf(each)))).toEqual([false, true]);
  });

  test('belongs to the tenant of the person', async () => {
    const there = await entra.addTenant();
    entra.consent(daemon.clientId, there, roles);
    const guest = entra.addUser({ mail: 'eve@example.com' }, there);
    const { recovery } = connect({ settings: { hooks: { tenants: [entra.tenant.id, there.id] } } });
    await recovery.issueCredential(`${there.id}/${guest.id}`);
    expect([there.passes.has(guest.id), entra.tenant.passes.size]).toEqual([true, 0]);
  });
});

describe('no pass is issued', () => {
  const everyRefusal = async (reason: string) => {
    await expect(recover().checkIssuable(user.id)).rejects.toMatchObject(refused(reason));
    await expect(recover().issueCredential(user.id)).rejects.toMatchObject(refused(reason));
    expect(entra.tenant.passes.size).toBe(0);
  };

  test('to a disabled account', async () => {
    user.accountEnabled = false;
    await everyRefusal('the account is not enabled');
  });

  test('while the policy is disabled', async () => {
    entra.tenant.passPolicy.state = 'disabled';
    await everyRefusal('Temporary Access Passes are not enabled');
  });

  test('to people outside the groups of the policy', async () => {
    const group = entra.addGroup([user.id]);
    const others = entra.addGroup();
    const outside = 'the policy of Temporary Access Passes does not include the person';
    const { passPolicy } = entra.tenant;
    passPolicy.includeTargets = [{ targetType: 'group', id: others }];
    await everyRefusal(outside);
    passPolicy.includeTargets = [{ targetType: 'group', id: group.toUpperCase() }];
    await recover().checkIssuable(user.id);
    passPolicy.includeTargets = [{ targetType: 'group', id: 'all_users' }];
    passPolicy.excludeTargets = [{ targetType: 'group', id: group }];
    await everyRefusal(outside);
    passPolicy.excludeTargets = [{ targetType: 'group', id: others }];
    await recover().checkIssuable(user.id);
  });

  test('if it would not be usable: it is ended, and the reason told', async () => {
    const recovery = recover(async (url, init) => {
      if (isPost(url, init)) entra.tenant.passPolicy.state = 'disabled';
      return entra.fetch(url, init);
    });
    const detail = { methodUsabilityReason: 'DisabledByPolicy' };
    await expect(recovery.issueCredential(user.id)).rejects.toMatchObject({ code: 'credential_refused', detail });
    expect(entra.tenant.passes.size).toBe(0);
  });

  test('if the policy’s bounds changed, so that Graph refuses the lifetime', async () => {
    const recovery = recover(async (url, init) => {
      if (isPost(url, init)) entra.tenant.passPolicy.minimumLifetimeInMinutes = 120;
      return entra.fetch(url, init);
    });
    await expect(recovery.issueCredential(user.id)).rejects.toMatchObject({
      code: 'credential_refused',
      detail: { status: 400, code: 'badRequest' },
    });
  });

  test('without the permissions, or with an unknown policy', async () => {
    const answering = recover(async (url, init) =>
      url.endsWith('/TemporaryAccessPass') ? Response.json({ state: 'enabled' }) : entra.fetch(url, init),
    );
    await expect(answering.issueCredential(user.id)).rejects.toMatchObject({ code: 'profile_unavailable' });
    for (const missing of roles.slice(1)) {
      daemon = entra.addDaemon(roles.filter((role) => role !== missing));
      const denied = { code: 'provider_refused', detail: { status: 403, permission: missing } };
      for (const ask of ['issueCredential', 'checkIssuable'] as const)
        await expect(recover()[ask](user.id)).rejects.toMatchObject(denied);
    }
    expect(entra.tenant.passes.size).toBe(0);
  });
});

describe('an answer that does not arrive', () => {
  test('is not asked for again, and ending all passes ends the one that no one knows', async () => {
    for (const lose of [
      async () => {
        throw new TypeError('fetch failed');
      },
      async () => Response.json({ error: { code: 'serviceNotAvailable' } }, { status: 503 }),
      async () => new Response('<html><body>Back soon</body></html>', { status: 201 }),
    ]) {
      let posts = 0;
      const recovery = recover(async (url, init) => {
        if (!isPost(url, init)) return entra.fetch(url, init);
        posts += 1;
        await entra.fetch(url, init);
        return lose();
      });
      await expect(recovery.issueCredential(user.id)).rejects.toMatchObject({ code: 'profile_unavailable' });
      expect([posts, entra.tenant.passes.size]).toEqual([1, 1]);
      expect(await recovery.revokeCredential(user.id, null)).toBe('ended');
      expect(entra.tenant.passes.size).toBe(0);
    }
  });

  test('is asked for again after a rate limit, which had no effect', async () => {
    let posts = 0;
    const issued = await recover(async (url, init) => {
      if (!isPost(url, init)) return entra.fetch(url, init);
      posts += 1;
      return posts === 1
        ? Response.json({ error: { code: 'TooManyRequests' } }, { status: 429 })
        : entra.fetch(url, init);
    }).issueCredential(user.id);
    expect([posts, entra.isPassAlive(passOf(issued))]).toEqual([2, true]);
  });
});

describe('administrator roles', () => {
  test('are those of the person and of the person’s groups', async () => {
    daemon = entra.addDaemon([...roles, 'RoleManagement.Read.Directory']);
    const { profile } = connect();
    expect(await profile.readAdministratorRoles?.(user.id)).toEqual([]);
    entra.addDirectoryRole('Global Administrator', [user.id]);
    entra.addDirectoryRole('Helpdesk Administrator', [entra.addGroup([user.id])]);
    entra.addDirectoryRole('Reports Reader', [entra.addGroup([user.id])]);
    entra.addDirectoryRole('User Administrator', [entra.addGroup()]);
    const found = await profile.readAdministratorRoles?.(user.id);
    expect(found).toEqual(['Global Administrator', 'Helpdesk Administrator', 'Reports Reader']);
    await expect(profile.readAdministratorRoles?.(randomUUID())).rejects.toMatchObject({ code: 'subject_unknown' });
  });

  test('count also if Graph hides their names', async () => {
    const role = entra.addDirectoryRole('Global Administrator', [user.id]);
    expect(await connect().profile.readAdministratorRoles?.(user.id)).toEqual([role]);
  });
});

test('finds the manager of a user, and returns null if there is none or the manager is only a contact', async () => {
  const manager = entra.addUser({ mail: 'grace@example.com' });
  const { profile } = connect();
  expect(await profile.findManager?.(user.id)).toBeNull();
  user.managerId = manager.id;
  expect(await profile.findManager?.(user.id)).toMatchObject({ subject: manager.id, login: 'grace@example.com' });
  await expect(profile.findManager?.(randomUUID())).rejects.toMatchObject({ code: 'subject_unknown' });
  const contact = { '@odata.type': '#microsoft.graph.orgContact', id: randomUUID() };
  const fetch: Fetch = async (url, init) =>
    url.includes('/manager') ? Response.json(contact) : entra.fetch(url, init);
  expect(await connect({ fetch }).profile.findManager?.(user.id)).toBeNull();
});
