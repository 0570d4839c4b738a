import { createHash } from 'node:crypto';
import { unpackBits } from './bits.js';
import { flipSigns, walshHadamard } from './hadamard.js';
import type { Rotate } from './rotation.js';

/** Numbers in an embedding. */
export const embeddingLength = 512;

/** Numbers in the two views of an embedding together. */
export const viewLength = 2 * embeddingLength;

/** The labels whose SHAKE-256 output gives the signs of the two views. Public and the same for all tokens of an engine. */
const viewLabels = ['facestep/fv1/view/1', 'facestep/fv1/view/2'] as const;

/** What tells one person from others in an embedding: less the engine's mean, and nothing along its shared directions. */
export type Centre = (embedding: Float32Array) => Float32Array<ArrayBuffer>;

/**
 * @param mean - the engine's published mean, 512 values
 * @param directions - of length 1 and at right angles, 512 values each: what people of one place have in common
 */
export const createCentre =
  (mean: Float32Array, directions: readonly Float32Array[]): Centre =>
  (embedding) => {
    const centred = new Float32Array(embeddingLength);
    for (let at = 0; at < embeddingLength; at += 1) centred[at] = embedding[at] - mean[at];
    for (const direction of directions) {
      let share = 0;
      for (let at = 0; at < embeddingLength; at += 1) share += centred[at] * direction[at];
      for (let at = 0; at < embeddingLength; at += 1) centred[at] -= share * direction[at];
    }
    return centred;
  };

/** Makes both views of an embedding: `H·(s₁∘x)` and then `H·(s₂∘x)`, where `x` is the embedding centred, and rotated if its engine has a rotation. */
export type ToViews = (embedding: Float32Array) => Float32Array;

/**
 * The public transform of an engine. A random one for each token would let two leaked tokens and their keys be
 * intersected to give the embedding.
 * @param rotate - `null` for the built-in engines
 */
export function createViews(centre: Centre, rotate: Rotate | null): ToViews {
  const signs = viewLabels.map((label) =>
    unpackBits(
      createHash('shake256', { outputLength: embeddingLength / 8 })
        .update(label)
        .digest(),
    ),
  );
  return (embedding) => {
    const views = new Float32Array(viewLength);
    const centred = centre(embedding);
    rotate?.(centred);
    for (const [view, negative] of signs.entries()) {
      const start = view * embeddingLength;
      views.set(centred, start);
      flipSigns(views.subarray(start, start + embeddingLength), negative);
      walshHadamard(views, start, embeddingLength);
    }
    centred.fill(0);
    return views;
  };
}

/** The sign bits: 1 where a value is below 0. */
export function signBits(views: Float32Array): Uint8Array {
  const bits = new Uint8Array(views.length);
  for (let at = 0; at < bits.length; at += 1) bits[at] = views[at] < 0 ? 1 : 0;
  return bits;
}
