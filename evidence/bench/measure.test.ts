import { expect, test } from '@jest/globals';
import { load, quantile, timeInTurns, toTiming } from './measure.js';

const hundred = Array.from({ length: 101 }, (_, at) => 100 - at);

test('a quantile is one of the values, whatever their order', () => {
  expect([quantile(hundred), quantile(hundred, 0.95), quantile(hundred, 1), quantile([7])]).toEqual([50, 95, 100, 7]);
});

test('a median lies within its interval, which is narrower the more there is', () => {
  expect(toTiming(hundred)).toEqual({ ms: 50, interval: [40, 60] });
  expect(toTiming([3])).toEqual({ ms: 3, interval: [3, 3] });
});

test('things timed in turns take turns, and the first round of each does not count', async () => {
  const done: string[] = [];
  const times = await timeInTurns(2, [async () => done.push('a'), async () => done.push('b')]);
  expect(done.join('')).toBe('ababab');
  expect(times.map(({ length }) => length)).toEqual([2, 2]);
});

test('a load does as many as asked, and at no time more side by side', async () => {
  let running = 0;
  let most = 0;
  const { times, perSecond } = await load(10, 3, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  });
  expect([times.length, most]).toEqual([10, 3]);
  expect(perSecond).toBeGreaterThan(0);
});
