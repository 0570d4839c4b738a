import { describe, expect, test } from '@jest/globals';
import { clusteredRate, exactInterval } from './clustered-rate.js';

/** Published values: R's binom.test. */
test.each([
  [0, 10, 0, 0.3085],
  [1, 10, 0.0025, 0.445],
  [5, 10, 0.1871, 0.8129],
  [10, 10, 0.6915, 1],
  [2, 5, 0.0527, 0.8534],
  [3, 1000, 0.000619, 0.00874],
])('%i of %i lie between %f and %f', (hits, trials, from, to) => {
  const [low, high] = exactInterval(hits, trials);
  expect(low).toBeCloseTo(from, 3);
  expect(high).toBeCloseTo(to, 3);
});

describe('several presentations of one person', () => {
  const alone = Array.from({ length: 40 }, (_, at) => ({ passed: at < 10 ? 1 : 0, of: 1 }));

  test('of people who come once are independent trials', () => {
    expect(clusteredRate(alone)!.interval).toEqual(exactInterval(10, 40));
  });

  test('that all pass or all fail count once: the interval is that of the people', () => {
    const four = [
      { passed: 10, of: 10 },
      { passed: 0, of: 10 },
      { passed: 0, of: 10 },
      { passed: 0, of: 10 },
    ];
    const rate = clusteredRate(four)!;
    expect(rate).toMatchObject({ passed: 10, of: 40, people: 4, rate: 0.25 });
    expect(rate.interval[1] - rate.interval[0]).toBeGreaterThan(0.7);
  });

  test('none of which passed tell no more than as many people', () => {
    expect(
      clusteredRate([
        { passed: 0, of: 100 },
        { passed: 0, of: 100 },
      ])!.interval,
    ).toEqual(exactInterval(0, 2));
  });

  test('are none where there are none', () => {
    expect(clusteredRate([])).toBeNull();
  });
});
