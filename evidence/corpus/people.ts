import { join } from 'node:path';
import { facesFolder } from '../../test/faces.js';
import { modelsFolder, projectRoot } from '../../test/paths.js';
import { type Corpus, readCorpus } from './corpus.js';
import { type EmbeddedBy, type EmbeddedCorpus, type EmbeddedPerson, embedCorpus } from './embed-corpus.js';
import { openEmbeddingCache } from './embedding-cache.js';
import { engineDigest } from './engine-digest.js';
import { toHalf } from './split.js';

export type { EmbeddedPerson };

/** Where sealed embeddings of evaluation photos are kept: it may be deleted at any time. */
export const cacheFolder = join(projectRoot, '.cache', 'eval');

/** Our own model, where set-up put it. */
export const ours: EmbeddedBy = { modelsFolder, recogniser: null };

/**
 * Embeds evaluation photos with the pipeline that ships; people without a photo that shows a face are left out.
 * @param wants - which people, by name and number of photos
 */
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

/** The half that constants are fitted on, and the half that judges them. */
export async function embedHalves(
  say: (line: string) => void,
): Promise<{ readonly fit: EmbeddedPerson[]; readonly judge: EmbeddedPerson[] }> {
  const all = await embedPeople(() => true, say);
  return {
    fit: all.filter(({ person }) => toHalf(person) === 'fit'),
    judge: all.filter(({ person }) => toHalf(person) === 'judge'),
  };
}

/** Embeds the people of several folders, one folder after the other. */
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
