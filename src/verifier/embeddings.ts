import { Embedding } from '../core/concealed.js';
import { normalise } from '../engine/embed.js';
import type { EngineParameters } from '../token/parameters.js';
import type { Centre } from '../token/views.js';

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
  normalise(sum);
  return new Embedding(sum);
}

/** Hands the embeddings to `work` as an engine compares them, centred and of length 1, and overwrites those after it. */
export function withCentred<T>(
  embeddings: readonly Embedding[],
  centre: Centre,
  work: (centred: readonly Embedding[]) => T,
): T {
  const centred = embeddings.map((embedding) => {
    const values = embedding.use(centre);
    normalise(values);
    return new Embedding(values);
  });
  try {
    return work(centred);
  } finally {
    for (const each of centred) each.wipe();
  }
}

/** Whether the photos of one request are taken for those of one person. @param when - as photos to enrol, or of a check */
export const areOfOnePerson = (
  embeddings: readonly Embedding[],
  { centre, alikeCosines }: Pick<EngineParameters, 'centre' | 'alikeCosines'>,
  when: keyof EngineParameters['alikeCosines'],
): boolean => withCentred(embeddings, centre, (centred) => outliersOf(centred, alikeCosines[when]).length === 0);

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
