import { describe, expect, test } from '@jest/globals';
import { clusteredRate } from './clustered-rate.js';
import { toExactInterval } from './exact-interval.js';

describe('several presentations of one person', () => {
  const alone = Array.from({ length: 40 }, (_, at) => ({ passed: at < 10 ? 1 : 0, of: 1 }));

  test('of people who come once are independent trials', () => {
    expect(clusteredRate(alone)!.interval).toEqual(toExactInterval(10, 40));
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
    ).toEqual(toExactInterval(0, 2));
  });

  test('leave no less possible where one passed than where none did, nor more where one failed than where none did', () => {
    const others = (passed: number) => Array.from({ length: 5 }, () => ({ passed, of: 34 }));
    const six = (passed: number) => clusteredRate([{ passed, of: 34 }, ...others(0)])!;
    expect(six(0).interval[1]).toBeCloseTo(0.459, 3);
    for (const passed of [1, 2, 5, 34])
      expect(six(passed).interval[1]).toBeGreaterThanOrEqual(six(passed - 1).interval[1]);
    const failed = clusteredRate([{ passed: 33, of: 34 }, ...others(34)])!;
    expect(failed.interval[0]).toBeLessThanOrEqual(1 - 0.459);
  });

  test('are none where there are none', () => {
    expect(clusteredRate([])).toBeNull();
  });
});
