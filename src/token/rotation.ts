import { createHash } from 'node:crypto';
import { unpackBits } from './bits.js';
import { drawPermutation } from './permutation.js';

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
