import { expect, test } from '@jest/globals';
import { fewestForBootstrap, toExactInterval, toGroupedInterval } from './exact-interval.js';

/** How often so many of `trials` or fewer hit, summed term by term. */
function binomialBelow(hits: number, trials: number, rate: number): number {
  let term = (1 - rate) ** trials;
  let sum = 0;
  for (let count = 0; count <= hits; count += 1) {
    sum += term;
    term *= ((trials - count) / (count + 1)) * (rate / (1 - rate));
  }
  return sum;
}

test.each([
  [0, 10],
  [5, 10],
  [99, 190],
  [28, 28],
])('the exact 95 % interval of %d of %d leaves a probability of 2.5 % on each side', (hits, trials) => {
  const [low, high] = toExactInterval(hits, trials);
  if (hits === 0) expect(low).toBe(0);
  else expect(1 - binomialBelow(hits - 1, trials, low)).toBeCloseTo(0.025, 8);
  if (hits === trials) expect(high).toBe(1);
  else expect(binomialBelow(hits, trials, high)).toBeCloseTo(0.025, 8);
});

test('the interval of errors in few groups is the exact interval of the groups, regardless of their trials', () => {
  const few = { errors: 12, trials: 2800, rate: 12 / 2800, interval: [0.001, 0.005] } as const;
  const { interval, by } = toGroupedInterval(few, 28, 1);
  expect(by).toBe('exact');
  expect(interval).toEqual(toExactInterval(0.12, 28));
  // Three in so many trials would have promised a hundredth of this.
  expect(toGroupedInterval({ ...few, errors: 0 }, 28, 0).interval![1]).toBeCloseTo(0.123, 3);
  expect(toGroupedInterval(few, 28, fewestForBootstrap)).toEqual({ interval: [0.001, 0.005], by: 'bootstrap' });
  expect(toGroupedInterval({ ...few, errors: 0, trials: 0, interval: null }, 28, 1)).toEqual({
    interval: null,
    by: null,
  });
});
