import { facesFolder } from '../../support/data/faces.js';
import { modelsFolder } from '../../support/run/paths.js';
import { type Corpus, readCorpus } from '../measure/corpus/corpus.js';
import {
  type EmbeddedCorpus,
  type EmbeddedPerson,
  type EmbeddingOptions,
  embedCorpus,
} from '../measure/corpus/embed-corpus.js';

export type { EmbeddedPerson };

const ours: EmbeddingOptions = { modelsFolder, recogniser: null };

/** Embeds photos with the shipped pipeline. Leaves out people without a detected face. */
export async function embedSources(
  sources: readonly Pick<Corpus, 'folder' | 'people'>[],
  say: (line: string) => void,
): Promise<EmbeddedCorpus[]> {
  const embedded: EmbeddedCorpus[] = [];
  for (const { folder, people } of sources) embedded.push(await embedCorpus(folder, people, say, ours));
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
