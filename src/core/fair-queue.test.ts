import { expect, test } from '@jest/globals';
import { createFairQueue, type FairQueue } from './fair-queue.js';

const known = (source: string) => ({ class: 'known', source }) as const;
const anonymous = (source: string) => ({ class: 'anonymous', source }) as const;

function takeAll(queue: FairQueue<string>): string[] {
  const order: string[] = [];
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) order.push(job);
  return order;
}

test('a request for jobs of known callers returns no anonymous job', () => {
  const queue = createFairQueue<string>(10);
  queue.push('flood', anonymous('a'), 1);
  expect(queue.shift('known')).toBeUndefined();
  queue.push('ada', known('ada'), 1);
  expect(queue.shift('known')).toBe('ada');
  expect(queue.shift()).toBe('flood');
});

test('100 anonymous sources with 10 jobs each take turns; a known caller waits for none of them', () => {
  const queue = createFairQueue<string>(1000);
  const sources = Array.from({ length: 100 }, (_, at) => `${at}`);
  for (const source of sources)
    for (let job = 0; job < 10; job += 1) expect(queue.push(source, anonymous(source), 1)).toEqual([]);
  for (let turn = 0; turn < 100; turn += 1) {
    queue.push('ada', known('ada'), 1);
    expect(queue.shift()).toBe('ada');
  }
  const order = takeAll(queue);
  for (let round = 0; round < 10; round += 1) expect(order.slice(100 * round, 100 * (round + 1))).toEqual(sources);
});

test('a full queue of anonymous jobs takes no space from known callers', () => {
  const queue = createFairQueue<string>(3);
  for (let job = 0; job < 100; job += 1) queue.push('flood', anonymous('a'), 1);
  for (const job of ['k1', 'k2', 'k3']) expect(queue.push(job, known('k'), 1)).toEqual([]);
  expect(queue.push('k4', known('k'), 1)).toEqual(['k4']);
  expect(takeAll(queue)).toEqual(['k1', 'k2', 'k3', 'flood', 'flood', 'flood']);
});

test('a full queue drops the newest job of the source with the most jobs in favor of a source with fewer', () => {
  const queue = createFairQueue<string>(3);
  for (const job of ['a1', 'a2', 'a3']) queue.push(job, anonymous('a'), 1);
  expect(queue.push('a4', anonymous('a'), 1)).toEqual(['a4']);
  expect(queue.push('b1', anonymous('b'), 1)).toEqual(['a3']);
  expect(queue.push('b2', anonymous('b'), 1)).toEqual(['b2']);
  expect(queue.push('c1', anonymous('c'), 1)).toEqual(['a2']);
  expect(queue.push('d1', anonymous('d'), 1)).toEqual(['d1']);
  expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1']);
});

test('a job occupies its size until it runs, and no job is dropped if dropping does not free enough space', () => {
  const queue = createFairQueue<string>(16);
  expect(queue.push('a1', anonymous('a'), 8)).toEqual([]);
  expect(queue.push('a2', anonymous('a'), 8)).toEqual([]);
  expect(queue.push('c', anonymous('c'), 17)).toEqual(['c']);
  expect(queue.push('b1', anonymous('b'), 1)).toEqual(['a2']);
  expect(queue.push('b2', anonymous('b'), 7)).toEqual([]);
  expect(takeAll(queue)).toEqual(['a1', 'b1', 'b2']);
  expect(queue.push('a3', anonymous('a'), 16)).toEqual([]);
});

test('the next part of a started anonymous job runs before other anonymous jobs, but after jobs of known callers', () => {
  const queue = createFairQueue<string>(16);
  queue.push('a2', anonymous('a'), 8);
  for (let run = 0; run < 7; run += 1) queue.pushBegun('a1', anonymous('a'));
  queue.push('ada', known('ada'), 8);
  expect(queue.length).toBe(9);
  expect(takeAll(queue)).toEqual(['ada', ...Array.from({ length: 7 }, () => 'a1'), 'a2']);
});

test('clearing the queue returns all jobs of both classes', () => {
  const queue = createFairQueue<string>(16);
  queue.push('a', anonymous('a'), 1);
  queue.push('k', known('k'), 1);
  expect(queue.clear()).toEqual(['k', 'a']);
  expect([queue.length, queue.shift()]).toEqual([0, undefined]);
});
