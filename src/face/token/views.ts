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
function walshHadamard(values: Float32Array, start: number, length: number): void {
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
function flipSigns(values: Float32Array, negative: Uint8Array): void {
  for (let at = 0; at < values.length; at += 1) if (negative[at] === 1) values[at] = -values[at];
}

export const rotationLabel = 'facestep/fv1/rotation/1';

type Rotate = (values: Float32Array) => void;

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
