import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { writeCorpus } from '../../support/data/corpus.js';
import { createFolder } from '../../support/run/folder.js';
import { readCorpus } from '../measure/corpus/corpus.js';
import { type EmbeddedCorpus, embedCorpus } from '../measure/corpus/embed-corpus.js';
import { openEmbeddingCache, ours } from './people.js';

const engine = new Uint8Array(32).fill(7);

let pictures: Pictures;
let folder: string;
let corpus: string;
let caches: string;
let first: EmbeddedCorpus;

const embed = async (from = corpus, cacheFolder = caches, identity = engine): Promise<EmbeddedCorpus> => {
  const { people } = await readCorpus(from);
  return embedCorpus(from, people, await openEmbeddingCache(cacheFolder, identity), () => {}, ours);
};

beforeAll(async () => {
  pictures = await loadPictures();
  folder = createFolder('embed');
  [corpus, caches] = [join(folder, 'corpus'), join(folder, 'cache')];
  await writeCorpus(corpus, {
    'a/1.jpg': pictures.person[0],
    'a/2.jpg': pictures.person[1],
    'b/landscape.jpg': pictures.landscape,
    'b/stranger.jpg': pictures.stranger,
    'b/text.jpg': Buffer.from('no picture'),
    'c/large.png': Buffer.alloc(10 * 1024 * 1024 + 1),
  });
  first = await embed();
});

const entriesOf = async (cacheFolder: string): Promise<string[]> => {
  const own = join(cacheFolder, '0707070707070707');
  return (await readdir(own)).map((name) => join(own, name));
};

test('a photo with a face results in an embedding of length 1, and any other photo in an error code, in order', () => {
  expect(first.people.map(({ person, files }) => [person, files])).toEqual([
    ['a', ['1.jpg', '2.jpg']],
    ['b', ['stranger.jpg']],
  ]);
  for (const { embeddings } of first.people)
    for (const values of embeddings) expect(Math.hypot(...values)).toBeCloseTo(1, 5);
  expect(first.notAcquired).toEqual([
    { person: 'b', file: 'landscape.jpg', code: 'face_none' },
    { person: 'b', file: 'text.jpg', code: 'photo_invalid' },
    { person: 'c', file: 'large.png', code: 'photo_too_large' },
  ]);
  expect(first).toMatchObject({ photos: 6, examined: 5 });
});

describe('the cache of embeddings', () => {
  test('provides the results of a second run without the engine', async () => {
    const { examined, photosPerSecond, people, notAcquired } = await embed();
    expect({ examined, photosPerSecond }).toEqual({ examined: 0, photosPerSecond: null });
    expect({ people, notAcquired }).toEqual({ people: first.people, notAcquired: first.notAcquired });
  });

  test('is readable only by its owner, and its files are encrypted and of equal length', async () => {
    const entries = await entriesOf(caches);
    expect(entries).toHaveLength(5);
    const embedding = Buffer.from(Float32Array.from(first.people[0]!.embeddings[0]!).buffer);
    const lengths = new Set<number>();
    for (const entry of entries) {
      expect((await stat(entry)).mode & 0o777).toBe(0o600);
      const bytes = await readFile(entry);
      lengths.add(bytes.length);
      for (const part of [embedding.subarray(0, 4), embedding.subarray(1000, 1004), Buffer.from('face_none')])
        expect(bytes.includes(part)).toBe(false);
    }
    expect(lengths.size).toBe(1);
  });

  test('ignores altered entries, and the next run replaces them', async () => {
    const altered = join(folder, 'altered');
    await cp(caches, altered, { recursive: true });
    for (const entry of await entriesOf(altered)) {
      const bytes = await readFile(entry);
      bytes[100]! ^= 1;
      await writeFile(entry, bytes);
    }
    const again = await embed(corpus, altered);
    expect(again.examined).toBe(5);
    expect(again.people).toEqual(first.people);
    expect(await embed(corpus, altered)).toMatchObject({ examined: 0 });
  });
});
