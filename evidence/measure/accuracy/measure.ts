import { basename, resolve } from 'node:path';
import type { Accuracy } from '../../../src/core/ports.js';
import type { Photo } from '../../../src/core/secrets.js';
import type { Recogniser } from '../../../src/face/engine/embed.js';
import { type EngineEntry, toEngineParameters } from '../../../src/face/token/parameters.js';
import { BadInput, type Corpus, type FoundPhotos, readPhotos, toHalf } from '../corpus/corpus.js';
import { embedFolders, type ReadPhoto } from '../corpus/embed-corpus.js';
import type { Interval } from '../statistics/bootstrap.js';
import { type AccuracyFigures, type AccuracyOptions, measureAccuracy } from './accuracy.js';
import { ofPeople, ofSources } from './as-used.js';
import { accuracies, createMeasuredEngine, shippedEngine } from './bare-token.js';
import { fitEngine } from './fit-engine.js';
import { type GroupFigures, measureGroups } from './groups.js';
import { chooseFitting } from './judged.js';
import { share, table } from './markdown.js';
import { byLevel, type GroupRates, type RateFigures } from './rates.js';
import { groupsToMarkdown, toMarkdown, toPlot } from './report.js';
import { leastExpected } from './unprotected.js';

interface OwnEngineToMeasure {
  readonly id: number;
  readonly name: string;
  readonly recogniser: Recogniser;
  readonly entry: EngineEntry | null;
}

interface OpenedPhotos {
  readonly folder: string;
  readonly people: ReadonlyMap<string, readonly Photo[]>;
}

export interface MeasureRequest {
  /** Photos in memory, or a folder with one subfolder per person or per source. */
  readonly data: string | OpenedPhotos;
  readonly modelsFolder: string;
  /** `null` for the built-in engine. */
  readonly own: OwnEngineToMeasure | null;
  readonly command: string;
}

/**
 * `not shown`: there are too few pairs, or the interval of the measured rate contains the promised rate. `broken`: the
 * whole interval is above the promised rate.
 */
type PromiseVerdict = 'kept' | 'not shown' | 'broken';

type Mode = RateFigures & Partial<Pick<GroupRates, 'pairsOfPeople'>>;

type Rated = Pick<AccuracyFigures, 'data' | 'date' | 'multi'> | Pick<GroupFigures, 'data' | 'date' | 'groupsByPhotos'>;

function modesOf(figures: Rated, level: Accuracy, leastPhotos: number): Mode[] {
  const byPhotos =
    'multi' in figures ? [figures.multi[level]] : Object.values(figures.groupsByPhotos).map((levels) => levels[level]);
  return byPhotos.flatMap((modes) =>
    Object.entries(modes).flatMap(([photos, rates]) => (Number.parseInt(photos, 10) >= leastPhotos ? [rates] : [])),
  );
}

export function judgePromise(modes: readonly Mode[], promise: number): PromiseVerdict {
  const isBroken = modes.some(({ fmrInterval }) => fmrInterval !== null && fmrInterval[0] > promise);
  if (isBroken) return 'broken';
  const isKept = modes.every(
    ({ fmrInterval, pairs, pairsOfPeople = pairs }) =>
      fmrInterval !== null && fmrInterval[1] <= promise && pairsOfPeople * promise >= leastExpected,
  );
  return isKept && modes.length > 0 ? 'kept' : 'not shown';
}

const messages = {
  kept: 'kept',
  'not shown': 'not shown by these people',
  broken: '**broken**',
} as const satisfies Record<PromiseVerdict, string>;

type StoredRate = NonNullable<EngineEntry['levels'][Accuracy]['falseMatch']>;

function worstOf(
  rates: readonly { readonly rate: number | null; readonly interval: Interval | null; readonly trials: number }[],
): StoredRate | null {
  const told = rates.flatMap(({ rate, interval, trials }): StoredRate[] =>
    rate === null || interval === null ? [] : [{ rate, interval: [interval[0], interval[1]], trials }],
  );
  return told.toSorted((a, b) => b.rate - a.rate || b.interval[1] - a.interval[1])[0] ?? null;
}

const measuredOn = ({ data: { judgedPeople, judgedPhotos }, date }: Rated): string =>
  `${judgedPeople} other people, ${judgedPhotos} photos; ${date}; rates are of the worst combination of photos, and of the worst source`;

/** Adds the measured rates to the levels of a fitted engine. A level whose promise is broken is not offered. */
export function judgeEntry(entry: EngineEntry, figures: Rated): EngineEntry {
  const judged = (level: Accuracy): EngineEntry['levels'][Accuracy] => {
    const fitted = entry.levels[level];
    const { leastPhotos, greatestFalseMatchRate: promise } = fitted;
    const modes = modesOf(figures, level, leastPhotos);
    return {
      ...fitted,
      falseMatch: worstOf(
        modes.map(({ fmr, fmrInterval, pairs }) => ({ rate: fmr, interval: fmrInterval, trials: pairs })),
      ),
      falseNonMatch: worstOf(
        modes.map(({ fnmr, fnmrInterval, genuinePairs }) => ({
          rate: fnmr,
          interval: fnmrInterval,
          trials: genuinePairs,
        })),
      ),
      isOffered: fitted.isOffered && (promise === null || judgePromise(modes, promise) !== 'broken'),
    };
  };
  return {
    ...entry,
    provenance: { ...entry.provenance, measured: measuredOn(figures) },
    levels: byLevel(judged),
  };
}

function levelsToMarkdown({ levels, provenance }: EngineEntry, figures: Rated): string {
  const rows = accuracies.map((level) => {
    const { messageBits, cosine, leastPhotos, greatestFalseMatchRate: promise, isOffered } = levels[level];
    const verdict = promise === null ? '–' : messages[judgePromise(modesOf(figures, level, leastPhotos), promise)];
    return [
      String(level),
      String(messageBits.one),
      String(messageBits.several),
      String(cosine),
      String(leastPhotos),
      promise === null ? '–' : share(promise),
      verdict,
      isOffered ? 'yes' : '**no**',
    ];
  });
  const head = ['level', 'K, one photo', 'K, several', 'cosine', 'photos at least', 'promise', 'kept', 'offered'];
  return `## The levels of this engine\n\nFitted on ${provenance.fitted.replace(/^.*?: /, '')}; judged on ${measuredOn(figures)}.\n\n${table(head, rows)}\n`;
}

const pairs = 200_000;

/** Splits people by their names only, so that no later measurement of an engine uses people on whom it was fitted. */
const split = toHalf;

async function fitOwn(
  own: OwnEngineToMeasure,
  folders: readonly Corpus[],
  embed: AccuracyOptions['embed'],
  say: (line: string) => void,
) {
  const embedded = await embed(
    folders.map((folder) => chooseFitting(folder, split)),
    say,
  );
  return fitEngine(
    own,
    embedded.map(({ people }) => people),
    say,
  );
}

/**
 * Measures people of mixed sources, or within each source.
 * @returns the figures, their tables, and the files of `--out` apart from these two
 */
export async function measurePhotos(
  options: AccuracyOptions,
  { sources, corpus }: FoundPhotos,
  say: (line: string) => void,
) {
  if (sources !== null) {
    const figures = await measureGroups(options, sources, say);
    return { figures, tables: groupsToMarkdown(figures), name: 'groups', plots: {}, asUsed: ofSources(figures) };
  }
  const figures = await measureAccuracy(options, corpus, say);
  const asUsed = ofPeople(basename(resolve(options.data)), figures);
  return { figures, tables: toMarkdown(figures), name: 'accuracy', plots: { 'det.svg': toPlot(figures) }, asUsed };
}

async function findPhotos(data: MeasureRequest['data']): Promise<FoundPhotos> {
  if (typeof data !== 'string') {
    const people = [...data.people].map(([person, photos]) => ({ person, files: photos.map((_, at) => String(at)) }));
    if (people.length === 0) throw new BadInput(`${data.folder} has no person who consented to this and was recorded`);
    return { sources: null, corpus: { folder: data.folder, people, otherFiles: 0 } };
  }
  return readPhotos(data);
}

/** Copies each photo, because the engine overwrites the bytes. */
const toReader =
  ({ people }: OpenedPhotos): ReadPhoto =>
  async (person, file) =>
    people.get(person)?.[Number(file)]?.use((bytes) => Buffer.from(bytes)) ?? 'unreadable';

/**
 * Measures the built-in or a custom engine. A custom engine without parameters is first fitted on half of the people.
 * @throws BadInput if nothing can be measured
 */
export async function measure({ data, modelsFolder, own, command }: MeasureRequest, say: (line: string) => void) {
  const recogniser = own?.recogniser ?? null;
  const by = { modelsFolder, recogniser, ...(typeof data === 'string' ? {} : { read: toReader(data) }) };
  const embed: AccuracyOptions['embed'] = (folders, printError) => embedFolders(folders, printError, by);
  say('Looking for photos…');
  const found = await findPhotos(data);
  const fitted =
    own === null || own.entry !== null ? null : await fitOwn(own, found.sources ?? [found.corpus], embed, say);
  // The built-in engine was fitted on none of these people.
  const judge = own === null ? 'all' : 'half';
  const measured = fitted ?? own?.entry ?? null;
  const engine =
    measured === null ? shippedEngine : createMeasuredEngine(toEngineParameters(measured, recogniser?.id ?? null));
  const options = {
    data: typeof data === 'string' ? data : data.folder,
    judge,
    split,
    pairs,
    embed,
    command,
    engine,
  } as const;
  const { figures, tables, name, plots } = await measurePhotos(options, found, say);
  const entry = fitted === null ? measured : judgeEntry(fitted, figures);
  const text = entry === null ? tables : `${levelsToMarkdown(entry, figures)}\n${tables}`;
  const all = { ...figures, levels: entry?.levels ?? null };
  return {
    tables: text,
    json: JSON.stringify(all),
    missing: figures.missing,
    files: { [`${name}.json`]: `${JSON.stringify(all, null, 2)}\n`, [`${name}.md`]: text, ...plots },
    fitted: fitted === null ? null : entry,
    notOffered: entry === null ? [] : accuracies.filter((level) => !entry.levels[level].isOffered),
  };
}
