import { describe, expect, test } from '@jest/globals';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import { toBody } from '../../support/data/event-body.js';
import type { ServedAdapter } from '../../support/servers/serve-adapter.js';
import { askHook } from '../../test/contract/adapter.js';
import {
  isAllowed,
  openOneLoginBench,
  signed,
  toPreAuthenticationEvent,
  toUserMigrationEvent,
} from '../../test/contract/onelogin.js';

const ada = '36216766';
/** Has never passed a step-up. */
const eve = '36216768';

const bench = await openOneLoginBench();
const adapter: ServedAdapter = bench.connect();

const ask = (hook: string, body: unknown, by = adapter) => askHook(by, hook, signed(bench.clock, toBody(body)));
let events = 0;
const freshId = () => `request-${++events}`;
const decided = (decision: string) => ({ status: 200, body: { decision } });
const preAuthenticate = (user: unknown, by = adapter, changes: object = {}) =>
  ask('pre-authentication', { ...toPreAuthenticationEvent(ada, freshId()), user_id: user, ...changes }, by);
const migrate = (identifier: unknown, by = adapter) =>
  ask('user-migration', { ...toUserMigrationEvent('x', freshId()), user_identifier: identifier }, by);

describe('a hook call without a step-up', () => {
  test.each([
    ['face_policy', 'step_up'],
    ['refuse', 'deny'],
  ])('with unverified: %s receives the decision %s, and the user is not migrated', async (unverified, decision) => {
    const by = bench.connect({ onelogin: { unverified } });
    expect(await preAuthenticate(eve, by)).toEqual(decided(decision));
    expect(await migrate('eve@example.com', by)).toEqual(decided('deny'));
  });

  test('is allowed to sign in if the policy omits the claim, and the user is not migrated', async () => {
    const by = bench.connect({ policy: { whenUnverified: 'omit_claim' } });
    expect(await preAuthenticate(eve, by)).toEqual(decided('allow'));
    expect(await migrate('eve@example.com', by)).toEqual(decided('deny'));
  });
});

describe('a hook call after a step-up', () => {
  test('lets the user sign in once, with the user id as a number or as text', async () => {
    for (const user of [ada, Number(ada)]) {
      await bench.passStepUp(ada);
      expect(await preAuthenticate(eve)).toEqual(decided('step_up'));
      expect(await preAuthenticate(user)).toEqual(decided('allow'));
      expect(await preAuthenticate(user)).toEqual(decided('step_up'));
    }
  });

  test('accepts the user name in any case, and refuses another user whose id equals this name', async () => {
    await bench.passStepUp(subjectOfIdentifier('Ada@Example.com'));
    expect(await migrate('eve@example.com')).toEqual(decided('deny'));
    expect(await migrate('ada@example.com ')).toEqual(decided('deny'));
    expect(await migrate('ADA@example.com')).toEqual(decided('allow'));
    expect(await migrate('ada@example.com')).toEqual(decided('deny'));
    await bench.passStepUp(ada);
    expect(await migrate(ada)).toEqual(decided('deny'));
    expect(await preAuthenticate(`identifier:${ada}`)).toEqual(decided('step_up'));
  });

  test('is refused from an address over the rate limit without consuming the pass of the user', async () => {
    const from = (ip: string | null) => preAuthenticate(eve, adapter, { ip });
    const stranger = '203.0.113.9';
    for (let times = 0; times < 20; times += 1) await from(stranger);
    await bench.passStepUp(eve);
    expect(await from(stranger)).toEqual(decided('step_up'));
    expect(await from('192.0.2.4')).toEqual(decided('allow'));
    for (let times = 0; times < 25; times += 1) await from(null);
    await bench.passStepUp(eve);
    expect(await from(null)).toEqual(decided('allow'));
  });
});

describe('a hook call while the state store hangs', () => {
  test('receives the configured fallback before the timeout', async () => {
    const state = { ...bench.core.state, readMany: () => new Promise<never>(() => {}) };
    for (const [whenUnavailable, decision] of [
      ['deny', 'step_up'],
      ['omit_claim', 'allow'],
    ] as const) {
      const by = bench.connect({ policy: { whenUnavailable }, core: { state }, onelogin: { timeoutSec: 1 } });
      expect(await preAuthenticate(eve, by)).toEqual(decided(decision));
    }
  });
});

describe('malformed calls with a valid signature', () => {
  test.each([
    ['pre-authentication', decided('step_up')],
    ['user-migration', decided('deny')],
  ])('receive the decision for a missing step-up at the hook %s', async (hook, expected) => {
    for (const text of ['', 'null', '[]', '"x"', '['.repeat(100_000), '\ufeff{}', '{"user_id":', '\xff']) {
      const reply = await askHook(adapter, hook, signed(bench.clock, Buffer.from(text, 'latin1')));
      expect(reply).toEqual(expected);
    }
  });

  test.each([0, '01', '1e3', '٣', [1]])(
    'a signed call whose user id is %p, which is not a positive integer, does not allow the sign-in',
    async (user) => {
      expect(isAllowed(await preAuthenticate(user))).toBe(false);
    },
  );
});
