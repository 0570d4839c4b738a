import { modelsFolder } from '../../support/run/paths.js';
import type { Corpus } from '../measure/corpus/corpus.js';
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
