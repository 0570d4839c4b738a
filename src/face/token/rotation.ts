import { createHash } from 'node:crypto';
import { unpackBits } from './polar.js';

/**
 * Draws a uniform permutation by Fisher–Yates from big-endian 32-bit words of SHAKE-256. Words that would make some
 * permutations more likely are skipped.
 */
export function drawPermutation(seed: Uint8Array, length: number): Uint16Array {
  const streamOf = (words: number): Buffer =>
    createHash('shake256', { outputLength: words * 4 })
      .update(seed)
      .digest();
  let stream = streamOf(length);
  let at = 0;
  const nextWord = (): number => {
    // A longer output of SHAKE-256 begins with the shorter one.
    if (at === stream.length) stream = streamOf(stream.length / 2);
    at += 4;
    return stream.readUInt32BE(at - 4);
  };
  const order = Uint16Array.from({ length }, (_, position) => position);
  for (let last = length - 1; last > 0; last -= 1) {
    const choices = last + 1;
    const fair = 2 ** 32 - (2 ** 32 % choices);
    let word = nextWord();
    while (word >= fair) word = nextWord();
    const chosen = word % choices;
    const kept = order[last];
    order[last] = order[chosen];
    order[chosen] = kept;
  }
  return order;
}

/** Applies the unscaled Walsh–Hadamard transform in natural order, in place. @param length - a power of two */
export function walshHadamard(values: Float32Array, start: number, length: number): void {
  for (let half = 1; half < length; half <<= 1)
    for (let block = start; block < start + length; block += half << 1)
      for (let at = block; at < block + half; at += 1) {
        const a = values[at];
        const b = values[at + half];
        values[at] = a + b;
        values[at + half] = a - b;
      }
}

/** Negates the values whose bit is 1, in place. */
export function flipSigns(values: Float32Array, negative: Uint8Array): void {
  for (let at = 0; at < values.length; at += 1) if (negative[at] === 1) values[at] = -values[at];
}

export const rotationLabel = 'facestep/fv1/rotation/1';

export type Rotate = (values: Float32Array) => void;

/**
 * Creates the fixed rotation `H·D₂·P·H·D₁` for custom engines. Their models may return fewer numbers than the views
 * need, or numbers of unequal importance. Without the rotation, sign bits would then be redundant.
 * @param length - a power of two
 */
export function createRotation(length: number): Rotate {
  const [first, second] = ['signs/1', 'signs/2'].map((part) =>
    unpackBits(
      createHash('shake256', { outputLength: length / 8 })
        .update(`${rotationLabel}/${part}`)
        .digest(),
    ),
  );
  const order = drawPermutation(Buffer.from(`${rotationLabel}/permutation`), length);
  return (values) => {
    flipSigns(values, first);
    walshHadamard(values, 0, length);
    const former = values.slice();
    for (let at = 0; at < length; at += 1) values[at] = former[order[at]] / length;
    former.fill(0);
    flipSigns(values, second);
    walshHadamard(values, 0, length);
  };
}
