import { expect, test } from '@jest/globals';
import { joinAndWipe, Pieces } from './join.js';

const put = (...all: readonly Buffer[]): Pieces => {
  const pieces = new Pieces();
  for (const each of all) pieces.add(each);
  return pieces;
};

test('pieces of a byte each take the room of a few buffers, and are in their order', async () => {
  const sent = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
  const taken = put(...Array.from(sent, (byte) => Buffer.from([byte]))).take();
  expect(taken.length).toBeLessThan(10);
  expect((await joinAndWipe(taken)).equals(sent)).toBe(true);
});

test('nothing of them is left once they are joined, and what was taken is not kept', async () => {
  const sent = [3, 2000, 5, 7].map((length) => Buffer.alloc(length, 1));
  const pieces = put(...sent);
  const taken = pieces.take();
  await joinAndWipe(taken);
  for (const each of [...sent, ...taken]) expect(each.every((byte) => byte === 0)).toBe(true);
  expect(pieces.take()).toEqual([]);
});
