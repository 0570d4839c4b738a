import { modelsFolder } from '../../support/run/paths.js';
import type { Corpus } from '../measure/corpus/corpus.js';
import { type EmbeddedPerson, embedFolders } from '../measure/corpus/embed-corpus.js';

export type { EmbeddedPerson };

/** Embeds photos with the shipped pipeline. Leaves out people without a detected face. */
export const embedSources = (sources: readonly Pick<Corpus, 'folder' | 'people'>[], say: (line: string) => void) =>
  embedFolders(sources, say, { modelsFolder, recogniser: null });
