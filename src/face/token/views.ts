import { createHash } from 'node:crypto';
import { unpackBits } from './polar.js';
import { flipSigns, type Rotate, walshHadamard } from './rotation.js';

export const embeddingLength = 512;

export const viewLength = 2 * embeddingLength;

/** Labels of the SHAKE-256 streams, public and constant. */
const viewLabels = ['facestep/fv1/view/1', 'facestep/fv1/view/2'] as const;

/** Subtracts the engine's mean and removes its shared directions. */
export type Centre = (embedding: Float32Array) => Float32Array<ArrayBuffer>;

/**
 * @param mean - 512 values
 * @param directions - orthonormal, 512 values each
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

/**
 * Computes two views, `H·(s₁∘x)` and `H·(s₂∘x)`, of the centered embedding `x`, which is first rotated if the engine
 * has a rotation.
 */
export type ToViews = (embedding: Float32Array) => Float32Array;

/**
 * Creates the public transform of an engine, the same for all tokens. With a random one per token, an attacker with two
 * leaked tokens and their keys could compute the embedding.
 * @param rotate - `null` for built-in engines
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

export function signBits(views: Float32Array): Uint8Array {
  const bits = new Uint8Array(views.length);
  for (let at = 0; at < bits.length; at += 1) bits[at] = views[at] < 0 ? 1 : 0;
  return bits;
}
