import { expect, test } from '@jest/globals';
import { ChunkBuffer, concatAndZero } from './front-door.js';

const put = (...all: readonly Buffer[]): ChunkBuffer => {
  const pieces = new ChunkBuffer();
  for (const each of all) pieces.add(each);
  return pieces;
};

test('chunks of one byte each are merged into a few buffers, in order', async () => {
  const sent = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
  const taken = put(...Array.from(sent, (byte) => Buffer.from([byte]))).take();
  expect(taken.length).toBeLessThan(10);
  expect((await concatAndZero(taken)).equals(sent)).toBe(true);
});

test('all chunks are zeroed after joining, and none is kept', async () => {
  const sent = [3, 2000, 5, 7].map((length) => Buffer.alloc(length, 1));
  const pieces = put(...sent);
  const taken = pieces.take();
  await concatAndZero(taken);
  for (const each of [...sent, ...taken]) expect(each.every((byte) => byte === 0)).toBe(true);
  expect(pieces.take()).toEqual([]);
});
