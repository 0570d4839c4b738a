import { Embedding, type Photo } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { normalise } from '../engine/embed.js';
import { mostPhotos } from '../token/format.js';
import type { EngineParameters } from '../token/parameters.js';
import type { Centre } from '../token/views.js';

/** @throws `photo_missing`, `photo_too_many` unless there are 1 to 5 */
export function checkPhotoCount(photos: readonly Photo[]): void {
  if (photos.length === 0) throw new FaceError('photo_missing');
  if (photos.length > mostPhotos) throw new FaceError('photo_too_many');
}

/** Returns the photos without copies of the same file, which show nothing new of a face. */
export function distinctPhotos(photos: readonly Photo[]): readonly Photo[] {
  const digests = photos.map(({ digest }) => digest);
  return photos.filter(({ digest }, at) => digests.indexOf(digest) === at);
}

/** Returns the cosine of two unit embeddings, −1 to 1. */
export function cosineOf(one: Embedding, other: Embedding): number {
  return one.use((a) =>
    other.use((b) => {
      let sum = 0;
      for (let at = 0; at < a.length; at += 1) sum += a[at] * b[at];
      return Math.min(1, Math.max(-1, sum));
    }),
  );
}

export const toScore = (cosine: number): number => Math.round(cosine * 100) / 100;

export function meanOf(embeddings: readonly Embedding[]): Embedding {
  const sum = new Float32Array(512);
  for (const embedding of embeddings)
    embedding.use((values) => {
      for (let at = 0; at < sum.length; at += 1) sum[at] += values[at];
    });
  normalise(sum);
  return new Embedding(sum);
}

/** Passes centered unit embeddings to `work`, and wipes them afterwards. */
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

/** Returns true if the photos of a request show one person. */
export const areOfOnePerson = (
  embeddings: readonly Embedding[],
  { centre, alikeCosines }: Pick<EngineParameters, 'centre' | 'alikeCosines'>,
  when: keyof EngineParameters['alikeCosines'],
): boolean => withCentred(embeddings, centre, (centred) => outliersOf(centred, alikeCosines[when]).length === 0);

/**
 * Finds embeddings that match fewer than half of the other embeddings. If there are only two different embeddings, or
 * two different pairs, all are returned.
 * @returns indices, ascending
 */
export function outliersOf(embeddings: readonly Embedding[], threshold: number): number[] {
  return embeddings.flatMap((embedding, index) => {
    const others = embeddings.filter((_, other) => other !== index);
    const alike = others.filter((other) => cosineOf(embedding, other) >= threshold).length;
    return alike * 2 < others.length ? [index] : [];
  });
}
