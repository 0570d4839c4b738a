import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type BreakerState, backOffMs, createBreaker, retryUntilDone } from './resilience.js';
import { epochMs } from './units.js';

const setUp = () => {
  let now = 1_000_000;
  const changes: BreakerState[] = [];
  const breaker = createBreaker({
    clock: { now: () => epochMs(now) },
    outagesToOpen: 3,
    coolDownMs: 1000,
    onChange: (state) => changes.push(state),
  });
  const attempt = (outcome: 'answered' | 'outage'): boolean => {
    const permit = breaker.enter();
    permit?.report(outcome);
    return permit !== null;
  };
  const open = () => {
    for (let count = 0; count < 3; count += 1) attempt('outage');
  };
  return { breaker, changes, attempt, open, pass: (ms: number) => (now += ms) };
};

test('a back-off grows up to its maximum, and half of it is random', () => {
  const backOff = { firstMs: 100, growth: 5, longestMs: 2_000 };
  expect([1, 2, 3, 9_999].map((failures) => backOffMs(backOff, failures))).toEqual([100, 500, 2_000, 2_000]);
  expect([0, 128, 255].map((chance) => backOffMs(backOff, 2, () => Uint8Array.of(chance)))).toEqual([250, 375, 499]);
});

test('a retry ends with the first success, and at once when its signal aborts', async () => {
  const stop = new AbortController();
  const outcomes: string[] = [];
  const work = async () => {
    outcomes.push('tried');
    if (outcomes.length < 3) throw new Error('not yet');
  };
  const options = { backOff: { firstMs: 1, longestMs: 1 }, signal: stop.signal };
  await retryUntilDone(work, () => outcomes.push('failed'), options);
  expect(outcomes).toEqual(['tried', 'failed', 'tried']);
  const failing = () => Promise.reject(new Error('never'));
  const hours = { backOff: { firstMs: 2 ** 30, longestMs: 2 ** 30 }, signal: stop.signal };
  await retryUntilDone(failing, () => setImmediate(() => stop.abort()), hours);
  await retryUntilDone(work, () => {}, hours);
  expect(outcomes).toHaveLength(3);
});

describe('a circuit breaker', () => {
  test('allows one attempt after the cool-down and closes when that attempt succeeds', () => {
    const { breaker, attempt, open, pass, changes } = setUp();
    open();
    pass(999);
    expect(breaker.isPassable()).toBe(false);
    expect(attempt('answered')).toBe(false);
    pass(1);
    const probe = breaker.enter();
    expect(probe).not.toBeNull();
    expect([attempt('answered'), breaker.isPassable()]).toEqual([false, false]);
    probe?.report('answered');
    expect([attempt('answered'), attempt('answered')]).toEqual([true, true]);
    expect(changes).toEqual(['open', 'half_open', 'closed']);
  });

  test('never refuses for longer than the cool-down once attempts have ended', () => {
    const steps = fc.array(fc.oneof(fc.constantFrom('answered' as const, 'outage' as const), fc.nat(3000)));
    fc.assert(
      fc.property(steps, (given) => {
        const { attempt, pass } = setUp();
        let row = 0;
        for (const step of given) {
          if (typeof step === 'number') pass(step);
          else if (attempt(step)) row = step === 'outage' ? row + 1 : 0;
          else expect(row).toBeGreaterThanOrEqual(3);
        }
        pass(1000);
        expect(attempt('answered')).toBe(true);
      }),
    );
  });
});
