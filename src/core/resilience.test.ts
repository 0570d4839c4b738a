import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type BreakerState, createBreaker } from './resilience.js';
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
