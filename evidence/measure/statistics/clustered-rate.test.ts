import { describe, expect, test } from '@jest/globals';
import { clusteredRate } from './clustered-rate.js';
import { toExactInterval } from './exact-interval.js';

describe('several presentations of one person', () => {
  const alone = Array.from({ length: 40 }, (_, at) => ({ passed: at < 10 ? 1 : 0, of: 1 }));

  test('with one presentation per person, the trials are independent', () => {
    expect(clusteredRate(alone)!.interval).toEqual(toExactInterval(10, 40));
  });

  test('with constant results per person, the interval is that of the people', () => {
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

  test('without presentations, the rate is null', () => {
    expect(clusteredRate([])).toBeNull();
  });
});
