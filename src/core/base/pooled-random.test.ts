import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createPooledRandom } from './pooled-random.js';

test('the pool returns each drawn byte once and in order, for any sizes', () => {
  const drawn: Buffer[] = [];
  const random = createPooledRandom((bytes) => {
    const made = randomBytes(bytes);
    drawn.push(Buffer.from(made));
    return made;
  });
  const handed = Array.from({ length: 1000 }, (_, index) => Buffer.from(random(1 + (index % 31))));
  const all = Buffer.concat(drawn).toString('hex');
  let from = 0;
  for (const each of handed) {
    const at = all.indexOf(each.toString('hex'), from);
    expect(at).toBeGreaterThanOrEqual(from);
    from = at + each.length * 2;
  }
  expect(drawn.length).toBeLessThan(10);
});

test('requests of 32 bytes or more, which may be keys, are not served from the pool', () => {
  const asked: number[] = [];
  const random = createPooledRandom((bytes) => {
    asked.push(bytes);
    return randomBytes(bytes);
  });
  expect(random(32)).toHaveLength(32);
  expect(random(64)).toHaveLength(64);
  expect(asked).toEqual([32, 64]);
});

test('the pool never changes bytes that it has returned', () => {
  const random = createPooledRandom((bytes) => randomBytes(bytes));
  const first = random(16);
  const kept = Buffer.from(first);
  for (let more = 0; more < 1000; more += 1) random(16).fill(0);
  expect(Buffer.from(first)).toEqual(kept);
});
