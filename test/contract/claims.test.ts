import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCognitoProfile } from '../../adapters/cognito/profile.js';
import type { AdapterName } from '../../adapters/index.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import type { ClaimSources } from '../../src/config/claims.js';
import type { Profile } from '../../src/core/ports.js';
import { SealedToken } from '../../src/core/secrets.js';
import { FaceError } from '../../src/errors.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { hasSlapd, names, people } from '../../support/servers/slapd.js';
import { openCognitoBench, toSettings } from './cognito.js';
import { openEntraBench } from './entra.js';
import { openLdapBench } from './ldap.js';
import { openOktaBench } from './okta.js';
import { attribute as field, openOneLoginBench } from './onelogin.js';
import { openScimBench, name as scimName, schema as scimSchema } from './scim.js';

/* What a profile tells of a person, by claims of OpenID Connect and by groups: one suite, on every provider's simulator. */

/** One provider with one user, whose attributes and groups the suite fills in as an administrator does. */
interface ClaimsHarness {
  /** The profile of the connection, with these sources configured. */
  connect(claims: ClaimSources): Profile;
  readonly subject: string;
  readonly unknown: string;
  /** Where the enrolment token is. */
  readonly tokenAttribute: string;
  /** Puts values into the provider, by its own names. */
  fill(values: Readonly<Record<string, unknown>>): void | Promise<void>;
  /** Puts the user into a group that is made for it, whose name counts. @returns its id */
  join(name: string): string | Promise<string>;
  /** Takes the user out of a group, or ends the role. */
  leave(id: string): void | Promise<void>;
  logText(): string;
  stopProvider(): Promise<void>;
  close(): Promise<void>;
}

interface ClaimsCase {
  readonly setUp: () => Promise<ClaimsHarness>;
  /** As the provider has them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The standard claims that are made of these. */
  readonly told: Readonly<Record<string, unknown>>;
  /** An attribute of the organisation's own, filled in with `E-17`. */
  readonly own: { readonly attribute: string; readonly values: Readonly<Record<string, unknown>> };
}

const person = { given_name: 'Ada', family_name: 'Lovelace', name: 'Ada Lovelace', email: 'ada@example.com' };
const bidi = '\u202eevil\u202c <b>Str.</b> 1';
const address = { street_address: bidi, locality: 'London', postal_code: 'W1', country: 'GB' };
const login = 'ada@example.com';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const cases: Record<AdapterName, ClaimsCase> = {
  ldap: {
    async setUp() {
      const { server, connect, ...ends } = await openLdapBench();
      const subject = await server.addUser(login);
      const dn = await server.findDn(subject);
      return {
        connect: (claims) => connect({ claims }).profile,
        subject,
        unknown: '2819c223-7f76-453a-919d-413861904646',
        tokenAttribute: names.attribute,
        fill: (values) =>
          server.change(dn, Object.fromEntries(Object.entries(values).map(([name, text]) => [name, String(text)]))),
        join: (name) => server.addGroup(name, [dn]),
        leave: async (id) => server.change(await server.findDn(id), { member: people }),
        ...ends,
      };
    },
    values: {
      givenName: 'Ada',
      sn: 'Lovelace',
      telephoneNumber: '+44 20 1234',
      preferredLanguage: 'en-GB',
      street: bidi,
      l: 'London',
      postalCode: 'W1',
    },
    told: {
      ...person,
      phone_number: '+44 20 1234',
      locale: 'en-GB',
      preferred_username: login,
      address: { street_address: bidi, locality: 'London', postal_code: 'W1' },
    },
    own: { attribute: 'employeeNumber', values: { employeeNumber: 'E-17' } },
  },
  okta: {
    async setUp() {
      const bench = await openOktaBench();
      const subject = await bench.okta.createUser({ login, password: 'correct horse' });
      const { groups } = bench.okta.org;
      bench.okta.org.pagesGroupsOfUsers = true;
      return {
        connect: (claims) => bench.connect({ claims }).profile,
        subject,
        unknown: '00u1ab2cd3ef4gh5ij67',
        tokenAttribute: 'facestepToken',
        fill: (values) => void Object.assign(bench.okta.org.users.get(subject)!.profile, values),
        join(name) {
          const id = `00g${String(groups.size).padStart(17, '0')}`;
          groups.set(id, { name, members: new Set([subject]) });
          return id;
        },
        leave: (id) => void groups.get(id)?.members.delete(subject),
        ...bench.ends,
      };
    },
    values: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      mobilePhone: '+442012345678',
      timezone: 'Europe/London',
      streetAddress: bidi,
      city: 'London',
      zipCode: 'W1',
      countryCode: 'GB',
    },
    told: { ...person, phone_number: '+442012345678', zoneinfo: 'Europe/London', address },
    own: { attribute: 'badge', values: { badge: 'E-17' } },
  },
  entra: {
    async setUp() {
      const bench = await openEntraBench();
      const { tenant } = bench.entra;
      const { id } = bench.entra.addUser({ mail: login });
      return {
        connect: (claims) => bench.connect({ claims }).profile,
        subject: id,
        unknown: '00000000-0000-4000-8000-000000000000',
        tokenAttribute: bench.attribute,
        fill: (values) => void Object.assign(tenant.users.get(id)!.details, values),
        join(name) {
          const group = bench.entra.addGroup([id], undefined, name);
          tenant.groupDetails.set(group, { onPremisesSyncEnabled: true });
          return group;
        },
        leave: (group) => void tenant.groups.get(group)?.delete(id),
        ...bench.ends,
      };
    },
    values: {
      displayName: 'Ada Lovelace',
      givenName: 'Ada',
      surname: 'Lovelace',
      mobilePhone: '+44 20 1234',
      preferredLanguage: 'en-GB',
      streetAddress: bidi,
      city: 'London',
      postalCode: 'W1',
      country: 'GB',
    },
    told: { ...person, phone_number: '+44 20 1234', locale: 'en-GB', address },
    own: {
      attribute: 'onPremisesExtensionAttributes.extensionAttribute1',
      values: { onPremisesExtensionAttributes: { extensionAttribute1: 'E-17' } },
    },
  },
  cognito: {
    async setUp() {
      const { simulator, pool, administrator, stopProvider } = await openCognitoBench();
      const subject = await administrator.createUser('ada', 'Correct-Horse-9', login);
      const log = createTextLog();
      const user = () => [...pool.users.values()].find(({ sub }) => sub === subject)!;
      return {
        connect: (claims) => createCognitoProfile(toSettings(simulator, pool, ['web'], { claims }), { fetch, log }),
        subject,
        unknown: '00000000-0000-4000-8000-000000000000',
        tokenAttribute: 'custom:face_token',
        fill(values) {
          for (const [name, value] of Object.entries(values)) {
            if (value === null) user().attributes.delete(name);
            else user().attributes.set(name, String(value));
          }
        },
        join(name) {
          pool.groups.set(name, new Set(['ada']));
          return name;
        },
        leave: (id) => void pool.groups.get(id)?.delete('ada'),
        logText: () => log.text(),
        stopProvider,
        close: stopProvider,
      };
    },
    values: {
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
      birthdate: '1815-12-10',
      email_verified: 'true',
      phone_number: '+442012345678',
      phone_number_verified: 'false',
      address: bidi,
    },
    told: {
      ...person,
      birthdate: '1815-12-10',
      email_verified: true,
      phone_number: '+442012345678',
      phone_number_verified: false,
      address: { formatted: bidi },
    },
    own: { attribute: 'custom:badge', values: { 'custom:badge': 'E-17' } },
  },
  onelogin: {
    async setUp() {
      const bench = await openOneLoginBench();
      const { onelogin } = bench;
      onelogin.account.fields.push({ id: 85_307, name: 'Badge', shortname: 'badge', position: 2 });
      const id = onelogin.addUser({ username: login, password: 'correct horse' });
      const user = () => onelogin.account.users.get(id)!;
      return {
        connect: (claims) => bench.connect({ claims }).profile,
        subject: String(id),
        unknown: '99999999',
        tokenAttribute: `custom_attributes.${field}`,
        fill({ firstname = user().firstname, lastname = user().lastname, badge, ...details }) {
          Object.assign(user(), { firstname, lastname });
          if (badge !== undefined) user().customAttributes.badge = String(badge);
          Object.assign(user().details, details);
        },
        join(name) {
          const role = 4_700 + onelogin.account.roles.size;
          onelogin.account.roles.set(role, name);
          Object.assign(user(), { roleIds: [...user().roleIds, role] });
          return String(role);
        },
        leave: (role) =>
          void Object.assign(user(), { roleIds: user().roleIds.filter((each) => String(each) !== role) }),
        ...bench.ends,
      };
    },
    values: { firstname: 'Ada', lastname: 'Lovelace', phone: bidi, preferred_locale_code: 'en-GB' },
    told: { ...person, phone_number: bidi, locale: 'en-GB', preferred_username: login },
    own: { attribute: 'custom_attributes.badge', values: { badge: 'E-17' } },
  },
  scim: {
    async setUp() {
      const bench = await openScimBench();
      const subject = bench.server.addUser(login);
      bench.server.directory.extensions.set(enterprise, [defineAttribute('employeeNumber')]);
      const user = () => bench.server.directory.users.get(subject)!;
      const { groups } = bench.server.directory;
      return {
        connect: (claims) => bench.connect({ claims }).profile,
        subject,
        unknown: '2819c223-7f76-453a-919d-413861904646',
        tokenAttribute: `${scimSchema}:${scimName}`,
        fill({ employeeNumber, ...details }) {
          Object.assign(user().details, details);
          if (employeeNumber !== undefined) {
            user().extensions.set(enterprise, new Map([['employeeNumber', String(employeeNumber)]]));
          }
        },
        join(displayName) {
          const id = `group-${groups.size}`;
          groups.set(id, { displayName, members: [subject] });
          return id;
        },
        leave: (id) => void groups.set(id, { displayName: '', members: [] }),
        ...bench.ends,
      };
    },
    values: {
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      phoneNumbers: [
        { value: 'tel:+44-20-1', type: 'work' },
        { value: 'tel:+44-20-2', primary: true },
      ],
      addresses: [{ streetAddress: bidi, locality: 'London', postalCode: 'W1', country: 'GB' }],
    },
    told: { ...person, phone_number: '+44-20-2', preferred_username: login, address },
    own: { attribute: `${enterprise}:employeeNumber`, values: { employeeNumber: 'E-17' } },
  },
};

describe.each(Object.entries(cases).filter(([name]) => name !== 'ldap' || hasSlapd))(
  'claims of %s',
  (_, { setUp, values, told, own }) => {
    let harness: ClaimsHarness;
    beforeEach(async () => {
      harness = await setUp();
    });
    afterEach(() => harness.close());
    const read = async (profile: Profile, names: readonly string[]) =>
      (await profile.readClaims(harness.subject, names)).use((claims) => claims);

    test('returns standard claims from the provider without configuration, and only the requested ones', async () => {
      await harness.fill(values);
      const profile = harness.connect({});
      const names = Object.keys(told);
      expect(names.filter((name) => !profile.claimNames.has(name))).toEqual([]);
      expect(await read(profile, names)).toEqual(told);
      expect(await read(profile, ['email'])).toEqual({ email: 'ada@example.com' });
      expect(await read(profile, [])).toEqual({});
      expect(harness.logText()).not.toContain('evil');
    });

    test('returns a configured attribute as the named claim, also in place of a standard claim', async () => {
      await harness.fill(own.values);
      await harness.fill(values);
      const profile = harness.connect({ badge: own.attribute, nickname: own.attribute });
      expect(await read(profile, ['badge', 'nickname'])).toEqual({ badge: 'E-17', nickname: 'E-17' });
    });

    test('never returns the enrolment token as a claim, and refuses a configuration that maps the token', async () => {
      expect(() => harness.connect({ motto: harness.tokenAttribute })).toThrow(FaceError);
      await harness.connect({}).writeToken(harness.subject, new SealedToken('FV1.secret'));
      const profile = harness.connect({});
      expect(JSON.stringify(await read(profile, [...profile.claimNames]))).not.toContain('FV1');
    });

    test('an unknown user fails with subject_unknown, and a stopped provider with profile_unavailable', async () => {
      const profile = harness.connect({});
      await expect(profile.readClaims(harness.unknown, ['email'])).rejects.toMatchObject({ code: 'subject_unknown' });
      await expect(profile.readClaims('../me', ['email'])).rejects.toMatchObject({ code: 'subject_unknown' });
      await harness.stopProvider();
      await expect(read(profile, ['email'])).rejects.toMatchObject({ code: 'profile_unavailable' });
    });
  },
);

const byId = (one: { id: string }, other: { id: string }): number => one.id.localeCompare(other.id);

describe.each(Object.entries(cases).filter(([name]) => name !== 'ldap' || hasSlapd))('groups of %s', (_, { setUp }) => {
  let harness: ClaimsHarness;
  let profile: Profile;
  beforeEach(async () => {
    harness = await setUp();
    profile = harness.connect({});
  });
  afterEach(() => harness.close());
  const read = async () => (await profile.readGroups(harness.subject)).toSorted(byId);

  test('returns no group for a user without groups, and all groups of every page with their names', async () => {
    expect(await read()).toEqual([]);
    const expected: { id: string; name: string }[] = [];
    for (let at = 0; at < 13; at += 1) {
      const name = at === 3 ? '<b>\u202ecorp:x:y' : `corp:acme-${at}:filer`;
      expected.push({ id: await harness.join(name), name });
    }
    expect(await read()).toEqual(expected.toSorted(byId));
    expect(harness.logText()).not.toContain('corp:');
  });

  test('are read on each call: a group that the user has left is no longer returned', async () => {
    const id = await harness.join('corp:acme:filer');
    const kept = await harness.join('corp:beta:filer');
    expect(await read()).toHaveLength(2);
    await harness.leave(id);
    expect((await read()).map((group) => group.id)).toEqual([kept]);
  });

  test('an unknown user fails with subject_unknown, and a stopped provider with profile_unavailable', async () => {
    await expect(profile.readGroups(harness.unknown)).rejects.toMatchObject({ code: 'subject_unknown' });
    await expect(profile.readGroups('../me')).rejects.toMatchObject({ code: 'subject_unknown' });
    await harness.stopProvider();
    await expect(read()).rejects.toMatchObject({ code: 'profile_unavailable' });
  });

  test('more groups than the limit fail with profile_unavailable instead of a partial list', async () => {
    await Promise.all(Array.from({ length: 5_010 }, (_, at) => harness.join(`corp:acme-${at}:filer`)));
    // On a slow machine, the time limit ends the reading first.
    await expect(read()).rejects.toMatchObject({ code: 'profile_unavailable' });
  });
});

describe('a group name that a non-administrator can choose is not returned', () => {
  test('an imported Okta group has a null name, because the source can copy the name of an Okta group', async () => {
    const bench = await openOktaBench();
    const subject = await bench.okta.createUser({ login, password: 'correct horse' });
    const members = new Set([subject]);
    bench.okta.org.groups.set('00g00000000000000001', { name: 'corp:acme:filer', members, type: 'APP_GROUP' });
    expect(await bench.connect({}).profile.readGroups(subject)).toEqual([{ id: '00g00000000000000001', name: null }]);
  });

  test('an Entra group has a null name unless it is on-premises or role-assignable, because any user may create it', async () => {
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
  });

  test('an Entra group has a null name without the permission to read groups; the id is returned', async () => {
    const bench = await openEntraBench();
    const { id: subject } = bench.entra.addUser({ mail: login });
    const group = bench.entra.addGroup([subject], undefined, 'corp:acme:filer');
    bench.entra.tenant.groupDetails.set(group, { onPremisesSyncEnabled: true });
    const { clientId, secret } = bench.entra.addDaemon(['User.ReadWrite.All']);
    const { profile } = bench.connect({ entra: { clientId, auth: { kind: 'secret', secret } } });
    expect(await profile.readGroups(subject)).toEqual([{ id: group, name: null }]);
  });
});
