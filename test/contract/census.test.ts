import { afterEach, describe, expect, test } from '@jest/globals';
import { createCognitoProvisioning } from '../../adapters/cognito/provision.js';
import { createOneLoginProvisioning } from '../../adapters/onelogin/provision.js';
import { createScimProvisioning } from '../../adapters/scim/provision.js';
import { startCognitoSimulator } from '../../simulators/cognito/index.js';
import { addUser } from '../../simulators/cognito/pool.js';
import { type CensusPage, countPage, type Holder, takeCensus } from '../../src/connections/census.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import type { Fetch } from '../../src/core/ports.js';
import { createTextLog, systemRandom } from '../sinks.js';
import { addFaceAttribute, administer, toSettings } from './cognito.js';
import { openEntraBench } from './entra.js';
import { openOktaBench } from './okta.js';
import { attribute as field, openOneLoginBench } from './onelogin.js';
import { name, openScimBench, schema } from './scim.js';
import { createManualClock } from './state.js';

/* Who may sign in today and who is enrolled, as each provider tells it: by page, active users alone. */

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** More than a page of any provider's. */
const many = 130;
/** Every fifth user is enrolled, and every tenth is not active: half of those who are enrolled. */
const isEnrolled = (index: number): boolean => index % 5 === 0;
const isActive = (index: number): boolean => index % 10 !== 0;
const indexes = Array.from({ length: many }, (_, index) => index);
const expected = { users: 117, enrolled: 13, isComplete: true };
const publicUrl = 'https://face.example.com';

type Observe = (send: Fetch) => Fetch;

/** A provider with so many users, and what sets it up over an observed fetch. */
const providers: Readonly<Record<string, () => Promise<(observe: Observe) => Provisioning>>> = {
  async okta() {
    const bench = await openOktaBench();
    closing.push(() => bench.close());
    for (const index of indexes) {
      const id = await bench.okta.createUser({ login: `user${index}@example.com`, password: 'correct horse' });
      const user = bench.okta.org.users.get(id)!;
      if (isEnrolled(index)) user.profile.facestepToken = 'FV1.x';
      if (!isActive(index)) user.status = index % 20 === 0 ? 'DEPROVISIONED' : 'SUSPENDED';
    }
    return (observe) => bench.provision({ fetch: observe(fetch) });
  },
  async entra() {
    const bench = await openEntraBench();
    closing.push(() => bench.close());
    for (const index of indexes) {
      const user = bench.entra.addUser({ mail: `user${index}@example.com` });
      if (isEnrolled(index)) user.extensions[bench.attribute] = 'FV1.x';
      user.accountEnabled = isActive(index);
    }
    return (observe) => bench.provision({ fetch: observe(bench.entra.fetch) }, publicUrl);
  },
  async cognito() {
    const simulator = await startCognitoSimulator();
    closing.push(() => simulator.close());
    const pool = await simulator.createPool({ PoolName: 'Customers' });
    const administrator = administer(simulator, pool);
    await addFaceAttribute(pool, administrator);
    for (const index of indexes) {
      const held = isEnrolled(index) ? [['custom:face_token', 'FV1.x'] as const] : [];
      addUser(pool, `user${index}`, new Map(held), Date.now()).enabled = isActive(index);
    }
    const settings = toSettings(simulator, pool, [await administrator.createAppClient()]);
    const clock = createManualClock();
    return (observe) =>
      createCognitoProvisioning({
        ...{ settings, publicUrl, clock, random: systemRandom, log: createTextLog(), fetch: observe(fetch) },
      });
  },
  async onelogin() {
    const bench = await openOneLoginBench();
    closing.push(() => bench.close());
    for (const index of indexes) {
      const user = bench.onelogin.account.users.get(
        bench.onelogin.addUser({ username: `user${index}@example.com`, password: 'correct horse' }),
      )!;
      if (isEnrolled(index)) user.customAttributes[field] = 'FV1.x';
      if (!isActive(index)) user.status = 2;
    }
    const { log } = bench.core;
    const settings = bench.configure();
    return (observe) =>
      createOneLoginProvisioning({
        ...{ settings, publicUrl, clock: bench.clock, random: systemRandom, log, fetch: observe(fetch) },
      });
  },
  async scim() {
    const bench = await openScimBench();
    closing.push(() => bench.close());
    for (const index of indexes) {
      const user = bench.server.directory.users.get(bench.server.addUser(`user${index}@example.com`))!;
      if (isEnrolled(index)) user.extensions.set(schema, new Map([[name, 'FV1.x']]));
      user.active = isActive(index);
    }
    const { log } = bench.core;
    const settings = bench.configure();
    return (observe) =>
      createScimProvisioning({
        ...{ settings, publicUrl, clock: bench.clock, random: systemRandom, log, fetch: observe(fetch) },
      });
  },
};

describe.each(Object.entries(providers))('%s', (_name, open) => {
  test('counts active users and those whose attribute is filled, on every page, and changes nothing', async () => {
    const provision = await open();
    const methods: string[] = [];
    const observe: Observe = (send) => (url, init) => {
      // Cognito has one method for all.
      const target = new Headers(init.headers).get('x-amz-target');
      methods.push(target ?? (/token/.test(new URL(url).pathname) ? 'token' : (init.method ?? 'GET')));
      return send(url, init);
    };
    const provisioning = provision(observe);
    const holders: Holder[] = [];
    expect(await provisioning.census((holder) => holders.push(holder))).toEqual(expected);
    // By the id that their token is bound to.
    expect(new Set(holders.map(({ subject }) => subject)).size).toBe(expected.enrolled);
    for (const { subject, token } of holders) {
      expect(token.use((text) => text)).toBe('FV1.x');
      expect(subject).toMatch(/^[\w-]+$/);
    }
    const reads = ['token', 'GET', 'AWSCognitoIdentityProviderService.ListUsers'];
    expect(methods.filter((method) => !reads.includes(method))).toEqual([]);
    expect(methods.length).toBeGreaterThan(1);
  });

  test('says so where the provider does not tell', async () => {
    const provision = await open();
    const refuse: Observe = () => async () => Response.json({ error: 'no' }, { status: 403 });
    await expect(provision(refuse).census()).rejects.toMatchObject({
      code: expect.stringMatching(/^(provider_refused|profile_unavailable)$/),
    });
  });
});

describe('a SCIM server', () => {
  const count = async (
    change: (directory: Awaited<ReturnType<typeof openScimBench>>['server']['directory']) => Observe,
  ) => {
    const bench = await openScimBench();
    closing.push(() => bench.close());
    for (const index of indexes) {
      const user = bench.server.directory.users.get(bench.server.addUser(`user${index}@example.com`))!;
      if (isEnrolled(index)) user.extensions.set(schema, new Map([[name, 'FV1.x']]));
      user.active = isActive(index);
    }
    const observe = change(bench.server.directory);
    const { log } = bench.core;
    const deps = { publicUrl, clock: bench.clock, random: systemRandom, log, fetch: observe(fetch) };
    return createScimProvisioning({ ...deps, settings: bench.configure() }).census();
  };

  test('that counts a page alone is asked for the next one', async () => {
    const counted = count((directory) => {
      directory.countsPageAlone = true;
      return (send) => send;
    });
    expect(await counted).toEqual(expected);
  });

  test('that passes over where a page begins, or tells of somebody twice, has each user once', async () => {
    const whole: Observe = (send) => (url, init) => send(url.replace(/&startIndex=\d+&count=\d+/, '&count=1000'), init);
    expect(await count(() => whole)).toEqual(expected);
    // Users come and go meanwhile: the second page begins with the last ones of the first.
    const shifted: Observe = (send) => (url, init) => send(url.replace('startIndex=101', 'startIndex=98'), init);
    expect(await count(() => shifted)).toEqual(expected);
  });
});

describe('a count', () => {
  const clock = createManualClock();

  test('takes null, nothing and an empty text for not enrolled', () => {
    const users = ['FV1.x', '', null, undefined].map((value, index) => ({ subject: `user-${index}`, value }));
    expect(countPage(users)).toMatchObject({ users: 4, enrolled: 1, holders: [{ subject: 'user-0' }] });
  });

  test('ends with the list, also an empty one', async () => {
    async function* none(): AsyncGenerator<CensusPage> {}
    expect(await takeCensus(none(), { clock })).toEqual({ users: 0, enrolled: 0, isComplete: true });
  });

  test('asks for no more pages once it has seen 20,000 users, and says that it is not complete', async () => {
    let pages = 0;
    async function* endless(): AsyncGenerator<CensusPage> {
      for (;;) {
        pages += 1;
        yield { users: 1_000, enrolled: 1, holders: [] };
      }
    }
    expect(await takeCensus(endless(), { clock })).toEqual({ users: 20_000, enrolled: 20, isComplete: false });
    expect(pages).toBe(20);
  });

  test('ends after a minute, with what it has', async () => {
    async function* slow(): AsyncGenerator<CensusPage> {
      yield { users: 10, enrolled: 2, holders: [] };
      clock.advanceSec(61);
      yield { users: 10, enrolled: 2, holders: [] };
      await new Promise(() => {});
    }
    expect(await takeCensus(slow(), { clock })).toMatchObject({ isComplete: false });
  });
});
