import { Embedding } from '../core/concealed.js';

/** The cosine of two embeddings of length 1: −1 to 1. */
export function cosineOf(one: Embedding, other: Embedding): number {
  return one.use((a) =>
    other.use((b) => {
      let sum = 0;
      for (let at = 0; at < a.length; at += 1) sum += a[at] * b[at];
      return Math.min(1, Math.max(-1, sum));
    }),
  );
}

/** A score as callers see it: two decimals. */
export const toScore = (cosine: number): number => Math.round(cosine * 100) / 100;

/** The mean of embeddings, brought back to length 1. */
export function meanOf(embeddings: readonly Embedding[]): Embedding {
  const sum = new Float32Array(512);
  for (const embedding of embeddings)
    embedding.use((values) => {
      for (let at = 0; at < sum.length; at += 1) sum[at] += values[at];
    });
  let square = 0;
  for (const value of sum) square += value * value;
  const length = Math.sqrt(square);
  return new Embedding(sum.map((value) => value / length));
}

/**
 * The embeddings that are not the person most of the others show: those that reach the threshold with fewer than half
 * of the others. Of two that differ, and of two pairs, that is all of them.
 * @returns indices from 0, ascending
 */
export function outliersOf(embeddings: readonly Embedding[], threshold: number): number[] {
  return embeddings.flatMap((embedding, index) => {
    const others = embeddings.filter((_, other) => other !== index);
    const alike = others.filter((other) => cosineOf(embedding, other) >= threshold).length;
    return alike * 2 < others.length ? [index] : [];
  });
}
