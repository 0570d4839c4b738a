import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { KeyMaterial } from '../../core/secrets.js';
import { createMacCache } from './aws-kms.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const setUp = (limit = 2) => {
  const made: KeyMaterial[] = [];
  const cache = createMacCache({ keepMs: 1000, limit });
  const take = (name: string) =>
    cache.take(name, async () => {
      const material = new KeyMaterial(Uint8Array.of(name.charCodeAt(0)));
      made.push(material);
      return material;
    });
  return { take, made, cache };
};
const byteOf = (material: KeyMaterial | null): number | undefined => material?.use(([byte = 0]) => byte);

test('an output is reused while it is cached, and zeroed when it expires', async () => {
  const { take, made } = setUp();
  await take('a');
  await jest.advanceTimersByTimeAsync(999);
  const copy = await take('a');
  expect(made).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(byteOf(made[0]!)).toBe(0);
  expect(byteOf(copy)).toBe(97);
  await take('a');
  expect(made).toHaveLength(2);
});

test('beyond the limit the oldest output is zeroed', async () => {
  const { take, made } = setUp();
  for (const name of ['a', 'b', 'c']) await take(name);
  expect(made.map(byteOf)).toEqual([0, 98, 99]);
});

test('a caller that waits for an output receives it even if it is evicted during the wait', async () => {
  const { take } = setUp(1);
  const macs = await Promise.all(['a', 'a', 'b', 'c'].map(take));
  expect(macs.map(byteOf)).toEqual([97, 97, 98, 99]);
});

test('a failure is returned to all waiting callers and not cached', async () => {
  const { take, cache } = setUp();
  const failing = () => cache.take('a', () => Promise.reject(new Error('down')));
  await expect(Promise.all([failing(), failing()])).rejects.toThrow('down');
  expect(byteOf(await take('a'))).toBe(97);
});
