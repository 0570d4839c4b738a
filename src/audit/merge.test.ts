import { expect, test } from '@jest/globals';
import { type EpochMs, epochMs } from '../core/units.js';
import { mergeByTime } from './records.js';

const trailOf = (trail: string, times: readonly (number | 'unreadable')[]) => {
  const reading = { isOpen: true };
  async function* read(): AsyncGenerator<{ readonly time: EpochMs }> {
    try {
      for (const time of times) {
        if (time === 'unreadable') throw new Error('unreadable');
        yield { time: epochMs(time) };
      }
    } finally {
      reading.isOpen = false;
    }
  }
  return { reading, source: { trail, records: read() } };
};

test('records of several trails are merged by time; records with equal times follow the order of the trails', async () => {
  const merged: [string, number][] = [];
  const trails = [trailOf('a', [1, 4, 4]), trailOf('b', []), trailOf('c', [2, 4, 9])];
  for await (const { trail, record } of mergeByTime(trails.map(({ source }) => source)))
    merged.push([trail, record.time]);
  expect(merged).toEqual([
    ['a', 1],
    ['c', 2],
    ['a', 4],
    ['a', 4],
    ['c', 4],
    ['c', 9],
  ]);
});

test('all trails are closed if the reader stops early', async () => {
  const trails = [trailOf('a', [1, 3]), trailOf('b', [2, 4])];
  for await (const _ of mergeByTime(trails.map(({ source }) => source))) break;
  expect(trails.map(({ reading }) => reading.isOpen)).toEqual([false, false]);
});
