import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Corpus, readCorpus } from '../../src/extensions/measuring/corpus/corpus.js';
import {
  type EmbeddedBy,
  type EmbeddedCorpus,
  type EmbeddedPerson,
  embedCorpus,
} from '../../src/extensions/measuring/corpus/embed-corpus.js';
import { loadRuntime } from '../../src/face/engine/load-runtime.js';
import { models } from '../../src/face/engine/manifest.js';
import { facesFolder } from '../../test/faces.js';
import { modelsFolder, projectRoot } from '../../test/paths.js';
import { openEmbeddingCache } from './embedding-cache.js';

export type { EmbeddedPerson };

/** Folder of encrypted embeddings. It may be deleted at any time. */
const cacheFolder = join(projectRoot, '.cache', 'eval');

export const ours: EmbeddedBy = { modelsFolder, recogniser: null };

/** Returns a 32-byte digest of the models, libraries and compiled code that affect embeddings. */
async function engineDigest(): Promise<Buffer> {
  const { name } = await loadRuntime();
  const hash = createHash('sha256').update(JSON.stringify([models, sharp.versions, name]));
  const engine = new URL('../../src/face/engine/', import.meta.url);
  for (const file of readdirSync(engine).sort())
    if (/(?<!\.test)\.js$/.test(file)) hash.update(file).update(readFileSync(new URL(file, engine)));
  return hash.digest();
}

/** Embeds photos with the shipped pipeline. Leaves out people without a detected face. */
export async function embedSources(
  sources: readonly Pick<Corpus, 'folder' | 'people'>[],
  say: (line: string) => void,
): Promise<EmbeddedCorpus[]> {
  const cache = await openEmbeddingCache(cacheFolder, await engineDigest());
  const embedded: EmbeddedCorpus[] = [];
  for (const { folder, people } of sources) embedded.push(await embedCorpus(folder, people, cache, say, ours));
  return embedded;
}

/** Embeds evaluation people. */
export async function embedPeople(
  wants: (entry: { readonly person: string; readonly photos: number }) => boolean,
  say: (line: string) => void,
): Promise<readonly EmbeddedPerson[]> {
  const { folder, people } = await readCorpus(facesFolder);
  const chosen = people.filter(({ person, files }) => wants({ person, photos: files.length }));
  const [embedded] = await embedSources([{ folder, people: chosen }], say);
  return embedded.people;
}
