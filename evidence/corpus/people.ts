import { join } from 'node:path';
import { facesFolder } from '../../test/faces.js';
import { modelsFolder, projectRoot } from '../../test/paths.js';
import { type Corpus, readCorpus } from './corpus.js';
import { type EmbeddedBy, type EmbeddedCorpus, type EmbeddedPerson, embedCorpus } from './embed-corpus.js';
import { openEmbeddingCache } from './embedding-cache.js';
import { engineDigest } from './engine-digest.js';
import { toHalf } from './split.js';

export type { EmbeddedPerson };

/** Folder of encrypted embeddings. It may be deleted at any time. */
export const cacheFolder = join(projectRoot, '.cache', 'eval');

export const ours: EmbeddedBy = { modelsFolder, recogniser: null };

/** Embeds evaluation photos with the shipped pipeline. Leaves out people without a detected face. */
export async function embedPeople(
  wants: (entry: { readonly person: string; readonly photos: number }) => boolean,
  say: (line: string) => void,
): Promise<readonly EmbeddedPerson[]> {
  const { people } = await readCorpus(facesFolder);
  const cache = await openEmbeddingCache(cacheFolder, await engineDigest());
  try {
    const chosen = people.filter(({ person, files }) => wants({ person, photos: files.length }));
    return (await embedCorpus(facesFolder, chosen, cache, say, ours)).people;
  } finally {
    await cache.close();
  }
}

export async function embedHalves(
  say: (line: string) => void,
): Promise<{ readonly fit: EmbeddedPerson[]; readonly judge: EmbeddedPerson[] }> {
  const all = await embedPeople(() => true, say);
  return {
    fit: all.filter(({ person }) => toHalf(person) === 'fit'),
    judge: all.filter(({ person }) => toHalf(person) === 'judge'),
  };
}

export async function embedSources(
  sources: readonly Pick<Corpus, 'folder' | 'people'>[],
  say: (line: string) => void,
): Promise<EmbeddedCorpus[]> {
  const cache = await openEmbeddingCache(cacheFolder, await engineDigest());
  try {
    const embedded: EmbeddedCorpus[] = [];
    for (const { folder, people } of sources) embedded.push(await embedCorpus(folder, people, cache, say, ours));
    return embedded;
  } finally {
    await cache.close();
  }
}
