import { availableParallelism } from 'node:os';
import { Photo } from '../src/core/concealed.js';
import type { EnginePool } from '../src/engine/pool.js';
import { face } from '../test/faces.js';

/** One evaluation photo: the person's name and the number of the photo, from 1. */
export interface FaceId {
  readonly person: string;
  readonly number: number;
}

/** Numbers in one embedding. */
export const embeddingLength = 512;

/**
 * Embeds evaluation photos, in order, 512 numbers of length 1 each. Evaluation photos are centred on their person and
 * often show others, so of several faces the one nearest the middle is taken.
 */
export async function embedFaces(
  pool: EnginePool,
  ids: readonly FaceId[],
  say: (line: string) => void,
): Promise<Float32Array> {
  const all = new Float32Array(ids.length * embeddingLength);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < ids.length; at = next++) {
      const { person, number } = ids[at];
      const { embedding } = await pool.examineCentral(new Photo(face(person, number)), ['embedding']);
      embedding?.use((values) => all.set(values, at * embeddingLength));
      if ((at + 1) % 500 === 0) say(`${at + 1} of ${ids.length} photos embedded`);
    }
  };
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, work));
  return all;
}

/** The cosine of two embeddings in an array of them. */
export function toCosine(all: Float32Array, a: number, b: number): number {
  let sum = 0;
  const from = a * embeddingLength;
  const to = b * embeddingLength;
  for (let at = 0; at < embeddingLength; at += 1) sum += all[from + at] * all[to + at];
  return sum;
}
