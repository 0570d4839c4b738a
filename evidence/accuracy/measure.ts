import { toEngineParameters } from '../../src/token/parameters.js';
import { BadInput } from '../corpus/bad-input.js';
import { type Corpus, readCorpus, readSources, type Source } from '../corpus/corpus.js';
import { embedCorpus } from '../corpus/embed-corpus.js';
import type { EmbeddingCache } from '../corpus/embedding-cache.js';
import { type AccuracyOptions, measureAccuracy } from './accuracy.js';
import { accuracies, createMeasuredEngine, shipped } from './bare-token.js';
import { judgeEntry, levelsToMarkdown } from './engine-levels.js';
import { fitEngine } from './fit-engine.js';
import { groupsToMarkdown } from './group-report.js';
import { measureGroups } from './groups.js';
import { chooseJudged } from './judged.js';
import type { Measured, MeasureRequest, OwnEngineToMeasure } from './measuring.js';
import { toMarkdown, toPlot } from './report.js';

export { ratePresence } from './presence-report.js';

/*
 * `facestep measure accuracy`: the evaluation on a customer's photos, with nothing kept of them.
 */

const nothingKept: EmbeddingCache = {
  read: async () => null,
  write: async () => {},
  close: async () => {},
};

/** Pairs of each kind to decode for each combination of photos. */
const pairs = 200_000;

/** The people whom an engine is fitted on: those who do not judge. */
function chooseFitting<T extends Corpus>(corpus: T): T {
  const judges = new Set(chooseJudged(corpus, 'half'));
  return { ...corpus, people: corpus.people.filter((each) => !judges.has(each)) };
}

async function fitOwn(
  own: OwnEngineToMeasure,
  folders: readonly Corpus[],
  embed: AccuracyOptions['embed'],
  say: (line: string) => void,
) {
  const embedded = await embed(folders.map(chooseFitting), say);
  return fitEngine(
    own,
    embedded.map(({ people }) => people),
    say,
  );
}

async function report(options: AccuracyOptions, sources: readonly Source[] | null, say: (line: string) => void) {
  if (sources === null) {
    const figures = await measureAccuracy(options, say);
    return { figures, tables: toMarkdown(figures), names: ['accuracy.json', 'accuracy.md'], plot: toPlot(figures) };
  }
  const figures = await measureGroups(options, sources, say);
  return { figures, tables: groupsToMarkdown(figures), names: ['groups.json', 'groups.md'], plot: null };
}

/**
 * Measures the built-in engine, or one of one's own, on a folder of photos. An own engine without parameters is fitted on half
 * of the people first.
 * @throws BadInput where nothing can be measured
 */
export async function measure(
  { data, modelsFolder, own, command }: MeasureRequest,
  say: (line: string) => void,
): Promise<Measured> {
  const recogniser = own?.recogniser ?? null;
  const embed: AccuracyOptions['embed'] = async (folders, tell) => {
    const embedded = [];
    for (const { folder, people } of folders)
      embedded.push(await embedCorpus(folder, people, nothingKept, tell, { modelsFolder, recogniser }));
    return embedded;
  };
  const sources = await readSources(data);
  const fitted =
    own === null || own.entry !== null ? null : await fitOwn(own, sources ?? [await readCorpus(data)], embed, say);
  // Of those that an engine was fitted on none may judge; on the built-in one nobody here was.
  const judge = own === null ? 'all' : 'half';
  const measured = fitted ?? own?.entry ?? null;
  const engine =
    measured === null ? shipped : createMeasuredEngine(toEngineParameters(measured, recogniser?.id ?? null));
  const options = { data, photos: null, judge, pairs, embed, command, engine } as const;
  const { figures, tables, names, plot } = await report(options, sources, say);
  const entry = fitted === null ? measured : judgeEntry(fitted, figures);
  const text = entry === null ? tables : `${levelsToMarkdown(entry, figures)}\n${tables}`;
  const [jsonName, textName] = names;
  return {
    tables: text,
    json: JSON.stringify({ ...figures, levels: entry?.levels ?? null }),
    missing: figures.missing,
    files: {
      [jsonName]: `${JSON.stringify({ ...figures, levels: entry?.levels ?? null }, null, 2)}\n`,
      [textName]: text,
      ...(plot === null ? {} : { 'det.svg': plot }),
    },
    fitted: fitted === null ? null : entry,
    notOffered: entry === null ? [] : accuracies.filter((level) => !entry.levels[level].isOffered),
  };
}

/** Whether it is the photos that are at fault, for whoever asked. */
export const isBadInput = (error: unknown): error is Error => error instanceof BadInput;
