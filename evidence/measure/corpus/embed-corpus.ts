import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { mapConcurrently } from '../../../src/core/base/map-concurrently.js';
import { maxPhotoBytes, owningPhotos } from '../../../src/core/secrets.js';
import { FaceError, type FaceErrorCode } from '../../../src/errors.js';
import type { Recogniser } from '../../../src/face/engine/embed.js';
import { createEnginePool } from '../../../src/face/engine/pool.js';
import type { Corpus, CorpusPerson } from './corpus.js';

type EmbeddedPhoto =
  | { readonly embedding: Float32Array; readonly magnitude: number }
  | { readonly refused: NotAcquired['code'] };

/** A person's embeddings. Photos without a face are left out. */
export type EmbeddedPerson = EmbeddedCorpus['people'][number];

export interface NotAcquired {
  readonly person: string;
  readonly file: string;
  readonly code: FaceErrorCode | 'unreadable';
}

export type EmbeddedCorpus = Awaited<ReturnType<typeof embedCorpus>>;

export interface EmbeddingOptions {
  readonly modelsFolder: string;
  readonly recogniser: Recogniser | null;
  readonly read?: ReadPhoto;
}

export type ReadPhoto = (person: string, file: string) => Promise<Buffer | 'unreadable' | 'photo_too_large'>;

/** Returns true if a failure is caused by the photo. Any other failure stops the evaluation. */
const isPhotoError = (code: FaceErrorCode): boolean => /^(photo|face)_/.test(code);

const sayEveryMs = 5000;

async function readPhoto(path: string): Promise<Buffer | 'unreadable' | 'photo_too_large'> {
  try {
    return (await stat(path)).size > maxPhotoBytes ? 'photo_too_large' : await readFile(path);
  } catch {
    return 'unreadable';
  }
}

/** Embeds people's photos. Uses the most central face, because evaluation photos often show several people. */
export async function embedCorpus(
  folder: string,
  people: readonly CorpusPerson[],
  say: (line: string) => void,
  { modelsFolder, recogniser, read = (person, file) => readPhoto(join(folder, person, file)) }: EmbeddingOptions,
) {
  const photos = people.flatMap(({ person, files }) => files.map((file) => ({ person, file })));
  const recognisers = recogniser === null ? [] : [recogniser];
  const inWork = 2 * availableParallelism();
  const engine = await createEnginePool({ modelsFolder, recognisers, queueLimit: inWork });
  const startedAt = performance.now();
  let saidAt = startedAt;
  let done = 0;
  let examined = 0;

  const embed = async (person: string, file: string): Promise<EmbeddedPhoto> => {
    const bytes = await read(person, file);
    if (typeof bytes === 'string') return { refused: bytes };
    examined += 1;
    try {
      const examination = await owningPhotos((own) => engine.examineCentral(own(bytes), ['embedding']));
      const { embedding, magnitude } = recogniser === null ? examination : examination.own[0];
      if (embedding === null) throw new Error('The engine left out the embedding.');
      return {
        embedding: embedding.use((values) => Float32Array.from(values)),
        magnitude: Math.fround(magnitude ?? 0),
      };
    } catch (error) {
      if (error instanceof FaceError && isPhotoError(error.code)) return { refused: error.code };
      throw error;
    }
  };

  const embedNext = async ({ person, file }: (typeof photos)[number]): Promise<EmbeddedPhoto> => {
    const embedded = await embed(person, file);
    done += 1;
    if (performance.now() - saidAt >= sayEveryMs) {
      saidAt = performance.now();
      say(`${done} of ${photos.length} photos embedded`);
    }
    return embedded;
  };
  const results = await mapConcurrently(photos, embedNext, inWork).finally(() => engine.close());
  const seconds = (performance.now() - startedAt) / 1000;

  // Results are in the order of people and their files.
  const rows = results.values();
  const notAcquired: NotAcquired[] = [];
  const embedded = people.map(({ person, files }) => {
    const own = files.flatMap((file) => {
      const { value } = rows.next();
      if (value !== undefined && 'embedding' in value) return [{ file, ...value }];
      notAcquired.push({ person, file, code: value?.refused ?? 'unreadable' });
      return [];
    });
    return {
      person,
      files: own.map(({ file }) => file),
      embeddings: own.map(({ embedding }) => embedding),
      magnitudes: own.map(({ magnitude }) => magnitude),
    };
  });
  return {
    people: embedded.filter(({ embeddings }) => embeddings.length > 0),
    notAcquired,
    photos: photos.length,
    examined,
    photosPerSecond: examined === 0 ? null : examined / seconds,
  };
}

/** Embeds the photos of several folders, one after the other. */
export async function embedFolders(
  folders: readonly Pick<Corpus, 'folder' | 'people'>[],
  say: (line: string) => void,
  options: EmbeddingOptions,
): Promise<EmbeddedCorpus[]> {
  const embedded: EmbeddedCorpus[] = [];
  for (const { folder, people } of folders) embedded.push(await embedCorpus(folder, people, say, options));
  return embedded;
}
