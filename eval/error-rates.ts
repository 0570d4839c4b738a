import type { FaceId } from './embed-faces.js';
import { toCosine } from './embed-faces.js';

/** Photos of each person that count: more would let a few famous people decide the figures. */
export const photosPerPerson = 8;

/** The photos the comparison needs: each person's first eight. */
export function takePhotos(people: readonly { person: string; photos: number }[]): FaceId[] {
  return people.flatMap(({ person, photos }) =>
    Array.from({ length: Math.min(photos, photosPerPerson) }, (_, at) => ({ person, number: at + 1 })),
  );
}

/** Genuine pairs: all pairs of each person's photos. Impostor pairs: the first photo of each person against each other. */
export function comparePairs(ids: readonly FaceId[], embeddings: Float32Array) {
  const genuine: number[] = [];
  const firsts: number[] = [];
  ids.forEach((id, a) => {
    if (id.number === 1) firsts.push(a);
    for (let b = a + 1; b < ids.length && ids[b].person === id.person; b += 1) genuine.push(toCosine(embeddings, a, b));
  });
  const impostor = new Float32Array((firsts.length * (firsts.length - 1)) / 2);
  let at = 0;
  for (let i = 0; i < firsts.length; i += 1) {
    for (let j = i + 1; j < firsts.length; j += 1, at += 1) impostor[at] = toCosine(embeddings, firsts[i], firsts[j]);
  }
  return { genuine: Float32Array.from(genuine).sort(), impostor: impostor.sort() };
}

/** How many of the sorted values lie below the threshold. */
export function countBelow(sorted: Float32Array, threshold: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The cosine that this share of the sorted impostor pairs reaches. */
export const toThreshold = (impostor: Float32Array, falseMatchRate: number): number =>
  impostor[impostor.length - 1 - Math.floor(falseMatchRate * impostor.length)];
