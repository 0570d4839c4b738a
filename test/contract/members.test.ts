import { describe, expect, test } from '@jest/globals';
import { createCognitoProvisioning } from '../../adapters/cognito/provision.js';
import { createScimProvisioning } from '../../adapters/scim/provision.js';
import { addUser } from '../../simulators/cognito/pool.js';
import { type CoveragePage, type Holder, measureCoverage } from '../../src/connections/coverage.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import type { Fetch, Member } from '../../src/core/ports.js';
import { createProcessDeps } from './bench.js';
import { openCognitoBench, toSettings } from './cognito.js';
import { openEntraBench } from './entra.js';
import { openOktaBench } from './okta.js';
import { attribute as field, openOneLoginBench } from './onelogin.js';
import { name, openScimBench, type ScimBench, schema } from './scim.js';
import { createManualClock } from './state.js';

/* Who is enrolled, and who is in a group, as each provider lists it: by page, without those who have left. */

/** More than a page of any provider's. */
const many = 210;
const indexes = Array.from({ length: many }, (_, index) => index);
const isMember = (index: number): boolean => index % 3 !== 0;
const isEnrolled = (index: number): boolean => index % 5 === 0;
const isActive = (index: number): boolean => index % 7 !== 0;
const loginOf = (index: number): string => `user${index}@example.com`;
const publicUrl = 'https://face.example.com';

/** With everything that has to be escaped somewhere. */
const groupName = `Face "pilot" & d'accord`;

const expected = indexes
  .filter((index) => isMember(index) && isActive(index))
  .map((index) => ({ login: loginOf(index), email: loginOf(index), isEnrolled: isEnrolled(index) }));
/** Whom a count must find, where only those count of whom this is so. */
const toCounted = (isCounted: (index: number) => boolean) => {
  const users = indexes.filter((index) => isActive(index) && isCounted(index));
  return { users: users.length, enrolled: users.filter(isEnrolled).length, isComplete: true };
};
const counted = toCounted(() => true);

interface Opened {
  /** The provider's id of the group; `null`: it knows groups by their names alone. */
  readonly groupId: string | null;
  /** What a count tells: Okta's and OneLogin's find users of one status alone. */
  readonly counted: typeof counted;
  provision(observe: (send: Fetch) => Fetch): Provisioning;
}

/** Okta and OneLogin name anyone who is kept out for the moment otherwise than anyone who is active. */
const oneLoginStatuses = { staying: [1, 3, 4, 5, 8], leftOut: [0, 2, 7] } as const;
const oktaStatuses = {
  staying: ['ACTIVE', 'LOCKED_OUT', 'PASSWORD_EXPIRED', 'RECOVERY'],
  leftOut: ['SUSPENDED', 'DEPROVISIONED', 'STAGED', 'PROVISIONED'],
} as const;

const provisionScim = (bench: ScimBench, send: Fetch, sleep?: (ms: number) => Promise<void>): Provisioning =>
  createScimProvisioning({ ...bench.core, settings: bench.configure(), publicUrl, fetch: send }, sleep);

const providers: Readonly<Record<string, (traits?: object) => Promise<Opened>>> = {
  async okta() {
    const bench = await openOktaBench();
    const members = new Set<string>();
    for (const index of indexes) {
      const login = loginOf(index);
      const id = await bench.okta.createUser({ login, password: 'correct horse' });
      const user = bench.okta.org.users.get(id)!;
      user.profile.email = login;
      if (isEnrolled(index)) user.profile.facestepToken = 'FV1.x';
      const statuses = isActive(index) ? oktaStatuses.staying : oktaStatuses.leftOut;
      user.status = statuses[index % statuses.length]!;
      if (isMember(index)) members.add(id);
    }
    const groupId = '00g1a2b3c4d5e6f7g8h9';
    bench.okta.org.groups.set(groupId, { name: groupName, members });
    bench.okta.org.groups.set('00gffffffffffffffff9', { name: 'others', members: new Set() });
    const ofFirst = toCounted((index) => index % oktaStatuses.staying.length === 0);
    return { groupId, counted: ofFirst, provision: (observe) => bench.provision({ fetch: observe(fetch) }) };
  },
  async entra() {
    const bench = await openEntraBench({ throttledEvery: 4 });
    const { entra, attribute } = bench;
    const { clientId, secret } = entra.addDaemon(['User.Read.All', 'GroupMember.Read.All']);
    const members = indexes.flatMap((index) => {
      const user = entra.addUser({ mail: loginOf(index) });
      if (isEnrolled(index)) user.extensions[attribute] = 'FV1.x';
      user.accountEnabled = isActive(index);
      return isMember(index) ? [user.id] : [];
    });
    const groupId = entra.addGroup(members, undefined, groupName);
    entra.addGroup([], undefined, 'others');
    const settings = { clientId, attribute, auth: { kind: 'secret', secret } };
    return {
      groupId,
      counted,
      provision: (observe) => bench.provision({ entra: settings, fetch: observe(entra.fetch) }, publicUrl),
    };
  },
  async cognito() {
    const { simulator, pool, administrator } = await openCognitoBench();
    for (const index of indexes) {
      const attributes = new Map([['email', loginOf(index)]]);
      if (isEnrolled(index)) attributes.set('custom:face_token', 'FV1.x');
      addUser(pool, loginOf(index), { attributes }).enabled = isActive(index);
    }
    pool.groups.set(groupName, new Set(indexes.filter(isMember).map(loginOf)));
    const settings = toSettings(simulator, pool, [await administrator.createAppClient()]);
    return {
      groupId: null,
      counted,
      provision: (observe) =>
        createCognitoProvisioning({ ...createProcessDeps(), settings, publicUrl, fetch: observe(fetch) }),
    };
  },
  async onelogin() {
    const bench = await openOneLoginBench();
    bench.onelogin.account.roles.set(4711, groupName);
    bench.onelogin.account.roles.set(4712, `${groupName} too`);
    for (const index of indexes) {
      const username = loginOf(index);
      const roleIds = isMember(index) ? [4712, 4711] : [4712];
      const id = bench.onelogin.addUser({ username, password: 'correct horse', roleIds });
      const user = bench.onelogin.account.users.get(id)!;
      user.email = username;
      if (isEnrolled(index)) user.customAttributes[field] = 'FV1.x';
      const statuses = isActive(index) ? oneLoginStatuses.staying : oneLoginStatuses.leftOut;
      user.status = statuses[index % statuses.length]!;
    }
    return {
      groupId: '4711',
      counted: toCounted((index) => index % oneLoginStatuses.staying.length === 0),
      provision: (observe) => bench.provision({ publicUrl, fetch: observe(fetch) }),
    };
  },
  async scim(traits = {}) {
    const bench = await openScimBench();
    Object.assign(bench.server.directory, traits);
    const members = indexes.flatMap((index) => {
      const id = bench.server.addUser(loginOf(index));
      const user = bench.server.directory.users.get(id)!;
      if (isEnrolled(index)) user.extensions.set(schema, new Map([[name, 'FV1.x']]));
      user.active = isActive(index);
      return isMember(index) ? [id] : [];
    });
    bench.server.directory.groups.set('group-1', { displayName: groupName, members });
    return {
      groupId: 'group-1',
      counted,
      provision: (observe) => provisionScim(bench, observe(fetch)),
    };
  },
};

const listAll = async (provisioning: Provisioning, group: string): Promise<Member[]> => {
  const all: Member[] = [];
  for await (const page of provisioning.listMembers(group)) all.push(...page);
  return all;
};
const byLogin = (one: { login: string }, other: { login: string }): number => one.login.localeCompare(other.login);

describe.each(Object.entries(providers))('the members at %s', (_name, open) => {
  test('lists the active members of a group on every page, by id and by name, with the enrolment of each', async () => {
    const { groupId, provision } = await open();
    const provisioning = provision((send) => send);
    for (const group of [groupId, groupName]) {
      if (group === null) continue;
      const members = await listAll(provisioning, group);
      expect(members.map(({ subject: _, ...member }) => member).sort(byLogin)).toEqual(expected.toSorted(byLogin));
      expect(new Set(members.map(({ subject }) => subject)).size).toBe(expected.length);
    }
  });

  test('counts active users and filled attributes on every page with read calls only', async () => {
    const { provision, counted } = await open();
    const methods: string[] = [];
    const observe = (send: Fetch): Fetch => {
      return (url, init) => {
        // Cognito has one method for all.
        const target = new Headers(init.headers).get('x-amz-target');
        methods.push(target ?? (/token/.test(new URL(url).pathname) ? 'token' : (init.method ?? 'GET')));
        return send(url, init);
      };
    };
    const holders: Holder[] = [];
    expect(await provision(observe).census((page) => holders.push(...page.holders))).toEqual(counted);
    // By the id that their token is bound to.
    expect(new Set(holders.map(({ subject }) => subject)).size).toBe(counted.enrolled);
    for (const { subject, token } of holders) {
      expect(token.use((text) => text)).toBe('FV1.x');
      expect(subject).toMatch(/^[\w-]+$/);
    }
    const reads = ['token', 'GET', 'AWSCognitoIdentityProviderService.ListUsers'];
    expect(methods.filter((method) => !reads.includes(method))).toEqual([]);
    expect(methods.length).toBeGreaterThan(1);
  });

  test('finds groups by the beginning of a word of their names, with ids that the list of members takes', async () => {
    const { groupId, provision } = await open();
    const provisioning = provision((send) => send);
    const found = await provisioning.searchGroups('PILO');
    expect(found).toContainEqual(expect.objectContaining({ id: groupId ?? groupName, name: groupName }));
    expect(found.every(({ name }) => name.includes('pilot'))).toBe(true);
    expect(await provisioning.searchGroups('"pilot" & d\'acc')).toContainEqual(
      found.find(({ name }) => name === groupName),
    );
    expect(await provisioning.searchGroups('zzz')).toEqual([]);
  });

  test('an unknown group fails with not_found', async () => {
    const { provision } = await open();
    const listed = listAll(
      provision((send) => send),
      'nobody’s group',
    );
    await expect(listed).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a provider that refuses the read causes provider_refused or profile_unavailable', async () => {
    const { provision } = await open();
    const refuse = (): Fetch => async () => Response.json({ error: 'no' }, { status: 403 });
    const refusal = { code: expect.stringMatching(/^(provider_refused|profile_unavailable)$/) };
    await expect(listAll(provision(refuse), groupName)).rejects.toMatchObject(refusal);
    await expect(provision(refuse).searchGroups('pilot')).rejects.toMatchObject(refusal);
    await expect(provision(refuse).census()).rejects.toMatchObject(refusal);
  });
});

test('only the requested SCIM group is found by name or id if the server ignores or refuses the filter', async () => {
  const bench = await openScimBench();
  const id = bench.server.addUser('ada@example.com');
  bench.server.directory.groups.set('group-1', { displayName: 'Pilot', members: [id] });
  const all = { Resources: [{ id: 'group-1', displayName: 'Pilot' }] };
  const provision = (answer: () => Response) => {
    const send: Fetch = async (url, init) => (/\/Groups\?filter=/.test(url) ? answer() : fetch(url, init));
    return provisionScim(bench, send);
  };
  const passing = provision(() => Response.json(all));
  await expect(listAll(passing, 'Board')).rejects.toMatchObject({ code: 'not_found' });
  expect(await listAll(passing, 'pilot')).toMatchObject([{ subject: id }]);
  const without = provision(() => Response.json({ scimType: 'invalidFilter' }, { status: 400 }));
  expect(await listAll(without, 'group-1')).toMatchObject([{ subject: id }]);
});

test('each SCIM user is counted once if the server ignores startIndex or repeats users between pages', async () => {
  const { provision } = await providers.scim!();
  const whole = (send: Fetch): Fetch => {
    return (url, init) => send(url.replace(/&startIndex=\d+&count=\d+/, '&count=1000'), init);
  };
  expect(await provision(whole).census()).toEqual(counted);
  // Users come and go meanwhile: the second page begins with the last ones of the first.
  const shifted = (send: Fetch): Fetch => {
    return (url, init) =>
      send(
        url.replace(/startIndex=(\d{3})/, (_, at) => `startIndex=${at - 3}`),
        init,
      );
  };
  expect(await provision(shifted).census()).toEqual(counted);
  // Only the size of the page is told.
  const paged = await providers.scim!({ countsPageAlone: true });
  expect(await paged.provision((send) => send).census()).toEqual(counted);
});

describe('the enrolment count', () => {
  const clock = createManualClock();

  test('stops reading pages at 20,000 users and reports an incomplete count', async () => {
    let pages = 0;
    async function* endless(): AsyncGenerator<CoveragePage> {
      for (;;) {
        pages += 1;
        yield { users: 1_000, enrolled: 1, holders: [] };
      }
    }
    expect(await measureCoverage(endless(), { clock })).toEqual({ users: 20_000, enrolled: 20, isComplete: false });
    expect(pages).toBe(20);
  });

  test('stops after one minute and reports an incomplete count', async () => {
    async function* slow(): AsyncGenerator<CoveragePage> {
      yield { users: 10, enrolled: 2, holders: [] };
      clock.advanceSec(61);
      yield { users: 10, enrolled: 2, holders: [] };
      await new Promise(() => {});
    }
    expect(await measureCoverage(slow(), { clock })).toMatchObject({ isComplete: false });
  });
});
