import { createHash } from 'node:crypto';
import { unpackBits } from './bits.js';
import { flipSigns, walshHadamard } from './hadamard.js';
import { drawPermutation } from './permutation.js';

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
