import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { maxPhotoBytes, Photo } from '../../src/core/concealed.js';
import { createEnginePool, type EnginePool } from '../../src/engine/pool.js';
import type { Recogniser } from '../../src/engine/recogniser.js';
import { FaceError, type FaceErrorCode } from '../../src/errors.js';
import { embeddingLength } from '../../src/token/views.js';
import type { CorpusPerson } from './corpus.js';
import type { EmbeddingCache } from './embedding-cache.js';

/** A person's embeddings. Photos without a face are left out. */
export interface EmbeddedPerson {
  readonly person: string;
  readonly files: readonly string[];
  readonly embeddings: readonly Float32Array[];
  readonly magnitudes: readonly number[];
}

export interface NotAcquired {
  readonly person: string;
  readonly file: string;
  readonly code: FaceErrorCode | 'unreadable';
}

export interface EmbeddedCorpus {
  readonly people: readonly EmbeddedPerson[];
  readonly notAcquired: readonly NotAcquired[];
  readonly photos: number;
  readonly examined: number;
  readonly cached: number;
  readonly photosPerSecond: number | null;
}

export interface EmbeddedBy {
  readonly modelsFolder: string;
  readonly recogniser: Recogniser | null;
  readonly read?: ReadPhoto;
}

export type ReadPhoto = (person: string, file: string) => Promise<Buffer | 'unreadable' | 'photo_too_large'>;

/** Returns true if a failure is caused by the photo. Any other failure stops the evaluation. */
const isOfPhoto = (code: FaceErrorCode): boolean => /^(photo|face)_/.test(code);

const sayEveryMs = 5000;

async function readPhoto(path: string): Promise<Buffer | 'unreadable' | 'photo_too_large'> {
  try {
    const file = await open(path);
    try {
      return (await file.stat()).size > maxPhotoBytes ? 'photo_too_large' : await file.readFile();
    } finally {
      await file.close();
    }
  } catch {
    return 'unreadable';
  }
}

/**
 * Embeds people's photos. Uses the most central face, because evaluation photos often show several people. The engine
 * starts at the first uncached photo.
 */
export async function embedCorpus(
  folder: string,
  people: readonly CorpusPerson[],
  cache: EmbeddingCache,
  say: (line: string) => void,
  { modelsFolder, recogniser, read = (person, file) => readPhoto(join(folder, person, file)) }: EmbeddedBy,
): Promise<EmbeddedCorpus> {
  const photos = people.flatMap(({ person, files }) => files.map((file) => ({ person, file })));
  const all = new Float32Array(photos.length * embeddingLength);
  const clarity = new Float32Array(photos.length);
  const codes = new Map<number, NotAcquired['code']>();
  const recognisers = recogniser === null ? [] : [recogniser];
  const inWork = 2 * availableParallelism();
  const pool: { started?: Promise<EnginePool> } = {};
  let [next, done, examined, cached, saidAt, startedAt] = [0, 0, 0, 0, performance.now(), 0];

  const engine = (): Promise<EnginePool> => {
    pool.started ??= createEnginePool({ modelsFolder, recognisers, queueLimit: inWork }).finally(() => {
      startedAt = performance.now();
    });
    return pool.started;
  };

  const examine = async (bytes: Buffer, at: number): Promise<void> => {
    const values = all.subarray(at * embeddingLength, (at + 1) * embeddingLength);
    const known = await cache.read(bytes);
    if (known !== null) {
      cached += 1;
      if ('refused' in known) codes.set(at, known.refused);
      else {
        values.set(known.embedding);
        clarity[at] = known.magnitude;
      }
      return;
    }
    const { examineCentral } = await engine();
    try {
      // The engine gets a copy, because it overwrites its input.
      const examined = await examineCentral(new Photo(Uint8Array.from(bytes)), ['embedding']);
      const { embedding, magnitude } = recogniser === null ? examined : examined.own[0];
      embedding?.use((found) => values.set(found));
      clarity[at] = magnitude ?? 0;
      await cache.write(bytes, { embedding: values, magnitude: clarity[at] });
    } catch (error) {
      if (!(error instanceof FaceError && isOfPhoto(error.code))) throw error;
      codes.set(at, error.code);
      await cache.write(bytes, { refused: error.code });
    }
    examined += 1;
  };

  const work = async (): Promise<void> => {
    for (let at = next++; at < photos.length; at = next++) {
      const { person, file } = photos[at];
      const bytes = await read(person, file);
      if (typeof bytes === 'string') codes.set(at, bytes);
      else await examine(bytes, at);
      done += 1;
      if (performance.now() - saidAt < sayEveryMs) continue;
      saidAt = performance.now();
      const speed = examined === 0 ? '' : `, ${Math.round((examined * 1000) / (saidAt - startedAt))} a second`;
      say(`${done} of ${photos.length} photos embedded (${examined} by the engine${speed})`);
    }
  };
  try {
    await Promise.all(Array.from({ length: inWork }, work));
  } finally {
    await (await pool.started)?.close();
  }
  const seconds = (performance.now() - startedAt) / 1000;

  const embedded: EmbeddedPerson[] = [];
  const notAcquired: NotAcquired[] = [];
  let at = 0;
  for (const { person, files } of people) {
    const taken: string[] = [];
    const embeddings: Float32Array[] = [];
    const magnitudes: number[] = [];
    for (const file of files) {
      const code = codes.get(at);
      if (code === undefined) {
        taken.push(file);
        embeddings.push(all.subarray(at * embeddingLength, (at + 1) * embeddingLength));
        magnitudes.push(clarity[at]);
      } else notAcquired.push({ person, file, code });
      at += 1;
    }
    if (embeddings.length > 0) embedded.push({ person, files: taken, embeddings, magnitudes });
  }
  return {
    people: embedded,
    notAcquired,
    photos: photos.length,
    examined,
    cached,
    photosPerSecond: examined === 0 ? null : examined / seconds,
  };
}
