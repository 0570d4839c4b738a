import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCognitoProfile } from '../../adapters/cognito/profile.js';
import type { AdapterName } from '../../adapters/index.js';
import { startCognitoSimulator } from '../../simulators/cognito/index.js';
import type { Profile } from '../../src/core/ports.js';
import { createTextLog } from '../sinks.js';
import { addFaceAttribute, administer, toSettings } from './cognito.js';
import { openEntraBench } from './entra.js';
import { openOktaBench } from './okta.js';
import { openOneLoginBench } from './onelogin.js';
import { openScimBench } from './scim.js';

/* In which groups a profile says that a person is: one suite, on every provider's simulator. */

/** One provider with one user, whom the suite puts into groups as an administrator does. */
interface GroupsHarness {
  readonly profile: Profile;
  readonly subject: string;
  readonly unknown: string;
  /** Puts the user into a group that is made for it, whose name counts. @returns its id */
  join(name: string): string;
  /** Takes the user out of a group, or ends the role. */
  leave(id: string): void;
  logText(): string;
  stopProvider(): Promise<void>;
  close(): Promise<void>;
}

const login = 'ada@example.com';

const harnesses: Record<AdapterName, () => Promise<GroupsHarness>> = {
  async okta() {
    const bench = await openOktaBench();
    const subject = await bench.okta.createUser({ login, password: 'correct horse' });
    const { groups } = bench.okta.org;
    bench.okta.org.pagesGroupsOfUsers = true;
    let isStopped = false;
    return {
      ...{ profile: bench.connect({}).profile, subject, unknown: '00u1ab2cd3ef4gh5ij67' },
      join(name) {
        const id = `00g${String(groups.size).padStart(17, '0')}`;
        groups.set(id, { name, members: new Set([subject]) });
        return id;
      },
      leave: (id) => void groups.get(id)?.members.delete(subject),
      logText: () => bench.core.log.text(),
      async stopProvider() {
        isStopped = true;
        await bench.okta.close();
      },
      close: () => (isStopped ? bench.closeButOkta() : bench.close()),
    };
  },
  async entra() {
    const bench = await openEntraBench();
    const { tenant } = bench.entra;
    const { id: subject } = bench.entra.addUser({ mail: login });
    let isStopped = false;
    return {
      ...{ profile: bench.connect({}).profile, subject, unknown: '00000000-0000-4000-8000-000000000000' },
      join(name) {
        const id = bench.entra.addGroup([subject], undefined, name);
        tenant.groupDetails.set(id, { onPremisesSyncEnabled: true });
        return id;
      },
      leave: (id) => void tenant.groups.get(id)?.delete(subject),
      logText: () => bench.core.log.text(),
      async stopProvider() {
        isStopped = true;
        await bench.entra.close();
      },
      close: () => (isStopped ? bench.core.state.close() : bench.close()),
    };
  },
  async cognito() {
    const simulator = await startCognitoSimulator();
    const pool = await simulator.createPool();
    const administrator = administer(simulator, pool);
    await addFaceAttribute(pool, administrator);
    const subject = await administrator.createUser('ada', 'Correct-Horse-9', login);
    const log = createTextLog();
    let isStopped = false;
    return {
      profile: createCognitoProfile(toSettings(simulator, pool, ['web'], {}), { fetch, log }),
      ...{ subject, unknown: '00000000-0000-4000-8000-000000000000' },
      join(name) {
        pool.groups.set(name, new Set(['ada']));
        return name;
      },
      leave: (id) => void pool.groups.get(id)?.delete('ada'),
      logText: () => log.text(),
      async stopProvider() {
        isStopped = true;
        await simulator.close();
      },
      close: async () => (isStopped ? undefined : simulator.close()),
    };
  },
  async onelogin() {
    const bench = await openOneLoginBench();
    const { account } = bench.onelogin;
    const id = bench.onelogin.addUser({ username: login, password: 'correct horse' });
    let isStopped = false;
    let roleIds: number[] = [];
    const grant = (ids: number[]): void => {
      roleIds = ids;
      Object.assign(account.users.get(id)!, { roleIds });
    };
    return {
      ...{ profile: bench.connect({}).profile, subject: String(id), unknown: '99999999' },
      join(name) {
        const role = 4_700 + account.roles.size;
        account.roles.set(role, name);
        grant([...roleIds, role]);
        return String(role);
      },
      leave: (role) => grant(roleIds.filter((each) => String(each) !== role)),
      logText: () => bench.core.log.text(),
      async stopProvider() {
        isStopped = true;
        await bench.onelogin.close();
      },
      close: () => (isStopped ? bench.core.state.close() : bench.close()),
    };
  },
  async scim() {
    const bench = await openScimBench();
    const subject = bench.server.addUser(login);
    const { groups } = bench.server.directory;
    let isStopped = false;
    return {
      ...{ profile: bench.connect({}).profile, subject, unknown: '2819c223-7f76-453a-919d-413861904646' },
      join(displayName) {
        const id = `group-${groups.size}`;
        groups.set(id, { displayName, members: [subject] });
        return id;
      },
      leave: (id) => void groups.set(id, { displayName: '', members: [] }),
      logText: () => bench.core.log.text(),
      async stopProvider() {
        isStopped = true;
        await bench.server.close();
      },
      close: () => (isStopped ? bench.core.state.close() : bench.close()),
    };
  },
};

const byId = (one: { id: string }, other: { id: string }): number => one.id.localeCompare(other.id);

describe.each(Object.entries(harnesses))('groups of %s', (_, setUp) => {
  let harness: GroupsHarness;
  beforeEach(async () => {
    harness = await setUp();
  });
  afterEach(() => harness.close());
  const read = async () => (await harness.profile.readGroups(harness.subject)).toSorted(byId);

  test('of who is in none there are none, and of who is in many all are told, with their names, on every page', async () => {
    expect(await read()).toEqual([]);
    const expected = Array.from({ length: 13 }, (_, at) => {
      const name = at === 3 ? '<b>\u202ecorp:x:y' : `corp:acme-${at}:filer`;
      return { id: harness.join(name), name };
    });
    expect(await read()).toEqual(expected.toSorted(byId));
    expect(harness.logText()).not.toContain('corp:');
  });

  test('are read each time: one that somebody was taken out of a moment ago is not told', async () => {
    const id = harness.join('corp:acme:filer');
    const kept = harness.join('corp:beta:filer');
    expect(await read()).toHaveLength(2);
    harness.leave(id);
    expect((await read()).map((group) => group.id)).toEqual([kept]);
  });

  test('somebody unknown is, and a provider that is down is told as such', async () => {
    await expect(harness.profile.readGroups(harness.unknown)).rejects.toMatchObject({ code: 'subject_unknown' });
    await expect(harness.profile.readGroups('../me')).rejects.toMatchObject({ code: 'subject_unknown' });
    await harness.stopProvider();
    await expect(read()).rejects.toMatchObject({ code: 'profile_unavailable' });
  });

  test('more than can be read while somebody waits are none, and no part of them', async () => {
    for (let at = 0; at < 5_010; at += 1) harness.join(`corp:acme-${at}:filer`);
    await expect(read()).rejects.toMatchObject({
      code: 'profile_unavailable',
      detail: { reason: 'too many groups' },
    });
  });
});

describe('a name that others than administrators may have chosen is not told', () => {
  test('of a group that Okta has imported: it may be called like one of Okta’s own', async () => {
    const bench = await openOktaBench();
    const subject = await bench.okta.createUser({ login, password: 'correct horse' });
    const members = new Set([subject]);
    bench.okta.org.groups.set('00g00000000000000001', { name: 'corp:acme:filer', members, type: 'APP_GROUP' });
    expect(await bench.connect({}).profile.readGroups(subject)).toEqual([{ id: '00g00000000000000001', name: null }]);
    await bench.close();
  });

  test('an Entra group that is neither on-premises nor role-assignable, because any user may create it', async () => {
    const bench = await openEntraBench();
    const { id: subject } = bench.entra.addUser({ mail: login });
    const [own, forRoles] = ['corp:acme:filer', 'corp:acme:admin'].map((name) =>
      bench.entra.addGroup([subject], undefined, name),
    );
    bench.entra.tenant.groupDetails.set(forRoles!, { isAssignableToRole: true });
    const groups = await bench.connect({}).profile.readGroups(subject);
    expect(groups.toSorted(byId)).toEqual(
      [
        { id: own, name: null },
        { id: forRoles, name: 'corp:acme:admin' },
      ].toSorted((one, other) => byId({ id: one.id! }, { id: other.id! })),
    );
    await bench.close();
  });

  test('of Entra are not told without the permission that its README names: its ids are', async () => {
    const bench = await openEntraBench();
    const { id: subject } = bench.entra.addUser({ mail: login });
    const group = bench.entra.addGroup([subject], undefined, 'corp:acme:filer');
    bench.entra.tenant.groupDetails.set(group, { onPremisesSyncEnabled: true });
    const { clientId, secret } = bench.entra.addDaemon(['User.ReadWrite.All']);
    const { profile } = bench.connect({ entra: { clientId, auth: { kind: 'secret', secret } } });
    expect(await profile.readGroups(subject)).toEqual([{ id: group, name: null }]);
    await bench.close();
  });
});
