import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCognitoProfile } from '../../adapters/cognito/profile.js';
import type { AdapterName } from '../../adapters/index.js';
import { startCognitoSimulator } from '../../simulators/cognito/index.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import type { ClaimSources } from '../../src/config/claims.js';
import { SealedToken } from '../../src/core/concealed.js';
import type { Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { createTextLog } from '../sinks.js';
import { addFaceAttribute, administer, toSettings } from './cognito.js';
import { openEntraBench } from './entra.js';
import { openOktaBench } from './okta.js';
import { attribute as field, openOneLoginBench } from './onelogin.js';
import { openScimBench, name as scimName, schema as scimSchema } from './scim.js';

/* What a profile tells of a person by claims of OpenID Connect: one suite, on every provider's simulator. */

/** One provider with one user, whose attributes the suite fills in as an administrator does. */
interface ClaimsHarness {
  /** The profile of the connection, with these sources configured. */
  connect(claims: ClaimSources): Profile;
  readonly subject: string;
  readonly unknown: string;
  /** Where the enrolment token is. */
  readonly tokenAttribute: string;
  /** Puts values into the provider, by its own names. */
  fill(values: Readonly<Record<string, unknown>>): void;
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
  okta: {
    async setUp() {
      const bench = await openOktaBench();
      const subject = await bench.okta.createUser({ login, password: 'correct horse' });
      let isStopped = false;
      return {
        connect: (claims) => bench.connect({ claims }).profile,
        ...{ subject, unknown: '00u1ab2cd3ef4gh5ij67', tokenAttribute: 'facestepToken' },
        fill: (values) => void Object.assign(bench.okta.org.users.get(subject)!.profile, values),
        logText: () => bench.core.log.text(),
        async stopProvider() {
          isStopped = true;
          await bench.okta.close();
        },
        close: () => (isStopped ? bench.closeButOkta() : bench.close()),
      };
    },
    values: {
      ...{ firstName: 'Ada', lastName: 'Lovelace', mobilePhone: '+442012345678', timezone: 'Europe/London' },
      ...{ streetAddress: bidi, city: 'London', zipCode: 'W1', countryCode: 'GB' },
    },
    told: { ...person, phone_number: '+442012345678', zoneinfo: 'Europe/London', address },
    own: { attribute: 'badge', values: { badge: 'E-17' } },
  },
  entra: {
    async setUp() {
      const bench = await openEntraBench();
      const { id } = bench.entra.addUser({ mail: login });
      let isStopped = false;
      return {
        connect: (claims) => bench.connect({ claims }).profile,
        ...{ subject: id, unknown: '00000000-0000-4000-8000-000000000000', tokenAttribute: bench.attribute },
        fill: (values) => void Object.assign(bench.entra.tenant.users.get(id)!.details, values),
        logText: () => bench.core.log.text(),
        async stopProvider() {
          isStopped = true;
          await bench.entra.close();
        },
        close: () => (isStopped ? bench.core.state.close() : bench.close()),
      };
    },
    values: {
      ...{ displayName: 'Ada Lovelace', givenName: 'Ada', surname: 'Lovelace', mobilePhone: '+44 20 1234' },
      ...{ preferredLanguage: 'en-GB', streetAddress: bidi, city: 'London', postalCode: 'W1', country: 'GB' },
    },
    told: { ...person, phone_number: '+44 20 1234', locale: 'en-GB', address },
    own: {
      attribute: 'onPremisesExtensionAttributes.extensionAttribute1',
      values: { onPremisesExtensionAttributes: { extensionAttribute1: 'E-17' } },
    },
  },
  cognito: {
    async setUp() {
      const simulator = await startCognitoSimulator();
      const pool = await simulator.createPool();
      const administrator = administer(simulator, pool);
      await addFaceAttribute(pool, administrator);
      const subject = await administrator.createUser('ada', 'Correct-Horse-9', login);
      const log = createTextLog();
      const user = () => [...pool.users.values()].find(({ sub }) => sub === subject)!;
      let isStopped = false;
      return {
        connect: (claims) => createCognitoProfile(toSettings(simulator, pool, ['web'], { claims }), { fetch, log }),
        ...{ subject, unknown: '00000000-0000-4000-8000-000000000000', tokenAttribute: 'custom:face_token' },
        fill(values) {
          for (const [name, value] of Object.entries(values)) {
            if (value === null) user().attributes.delete(name);
            else user().attributes.set(name, String(value));
          }
        },
        logText: () => log.text(),
        async stopProvider() {
          isStopped = true;
          await simulator.close();
        },
        close: async () => (isStopped ? undefined : simulator.close()),
      };
    },
    values: {
      ...{ name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace', birthdate: '1815-12-10' },
      ...{ email_verified: 'true', phone_number: '+442012345678', phone_number_verified: 'false', address: bidi },
    },
    told: {
      ...{ ...person, birthdate: '1815-12-10', email_verified: true, phone_number: '+442012345678' },
      ...{ phone_number_verified: false, address: { formatted: bidi } },
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
      let isStopped = false;
      return {
        connect: (claims) => bench.connect({ claims }).profile,
        ...{ subject: String(id), unknown: '99999999', tokenAttribute: `custom_attributes.${field}` },
        fill({ firstname = user().firstname, lastname = user().lastname, badge, ...details }) {
          Object.assign(user(), { firstname, lastname });
          if (badge !== undefined) user().customAttributes.badge = String(badge);
          Object.assign(user().details, details);
        },
        logText: () => bench.core.log.text(),
        async stopProvider() {
          isStopped = true;
          await onelogin.close();
        },
        close: () => (isStopped ? bench.core.state.close() : bench.close()),
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
      let isStopped = false;
      return {
        connect: (claims) => bench.connect({ claims }).profile,
        ...{ subject, unknown: '2819c223-7f76-453a-919d-413861904646', tokenAttribute: `${scimSchema}:${scimName}` },
        fill({ employeeNumber, ...details }) {
          Object.assign(user().details, details);
          if (employeeNumber !== undefined) {
            user().extensions.set(enterprise, new Map([['employeeNumber', String(employeeNumber)]]));
          }
        },
        logText: () => bench.core.log.text(),
        async stopProvider() {
          isStopped = true;
          await bench.server.close();
        },
        close: () => (isStopped ? bench.core.state.close() : bench.close()),
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

describe.each(Object.entries(cases))('claims of %s', (_, { setUp, values, told, own }) => {
  let harness: ClaimsHarness;
  beforeEach(async () => {
    harness = await setUp();
  });
  afterEach(() => harness.close());
  const read = async (profile: Profile, names: readonly string[]) =>
    (await profile.readClaims(harness.subject, names)).use((claims) => claims);

  test('standard ones are told as the provider has them, without a setting, and none that was not asked for', async () => {
    harness.fill(values);
    const profile = harness.connect({});
    const names = Object.keys(told);
    expect(names.filter((name) => !profile.claimNames.has(name))).toEqual([]);
    expect(await read(profile, names)).toEqual(told);
    expect(await read(profile, ['email'])).toEqual({ email: 'ada@example.com' });
    expect(await read(profile, [])).toEqual({});
    expect(harness.logText()).not.toContain('evil');
  });

  test('what the provider has no value for is left out', async () => {
    const profile = harness.connect({ birth_place: 'nowhere_here' });
    expect(await read(profile, ['birth_place', 'phone_number', 'address', 'email'])).toEqual({
      email: 'ada@example.com',
    });
  });

  test('is read each time: what was changed a moment ago is told', async () => {
    const profile = harness.connect({});
    harness.fill(values);
    expect(await read(profile, ['given_name'])).toEqual({ given_name: 'Ada' });
    const changed = JSON.parse(JSON.stringify(values).replaceAll('"Ada"', '"Augusta"'));
    harness.fill(changed);
    expect(await read(profile, ['given_name'])).toEqual({ given_name: 'Augusta' });
  });

  test('a named attribute is told where the connection says which it is, and in place of a usual one', async () => {
    harness.fill(own.values);
    harness.fill(values);
    const profile = harness.connect({ badge: own.attribute, nickname: own.attribute });
    expect(await read(profile, ['badge', 'nickname'])).toEqual({ badge: 'E-17', nickname: 'E-17' });
  });

  test('the enrolment token is never returned', async () => {
    expect(() => harness.connect({ motto: harness.tokenAttribute })).toThrow(FaceError);
    await harness.connect({}).writeToken(harness.subject, new SealedToken('FV1.secret'));
    const profile = harness.connect({});
    expect(JSON.stringify(await read(profile, [...profile.claimNames]))).not.toContain('FV1');
  });

  test('somebody unknown is, and a provider that is down is told as such', async () => {
    const profile = harness.connect({});
    await expect(profile.readClaims(harness.unknown, ['email'])).rejects.toMatchObject({ code: 'subject_unknown' });
    await expect(profile.readClaims('../me', ['email'])).rejects.toMatchObject({ code: 'subject_unknown' });
    await harness.stopProvider();
    await expect(read(profile, ['email'])).rejects.toMatchObject({ code: 'profile_unavailable' });
  });
});
