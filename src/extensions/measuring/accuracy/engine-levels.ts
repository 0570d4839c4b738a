import type { Accuracy } from '../../../core/ports.js';
import type { EngineEntry } from '../../../face/token/parameters.js';
import type { Interval } from '../statistics/bootstrap.js';
import type { AccuracyFigures } from './accuracy.js';
import { accuracies } from './bare-token.js';
import type { GroupFigures } from './groups.js';
import { share, table } from './markdown.js';
import { byLevel, type GroupRates, type RateFigures } from './rates.js';
import { leastExpected } from './unprotected.js';

/**
 * `not shown`: there are too few pairs, or the interval of the measured rate contains the promised rate. `broken`: the
 * whole interval is above the promised rate.
 */
export type PromiseVerdict = 'kept' | 'not shown' | 'broken';

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

export function levelsToMarkdown({ levels, provenance }: EngineEntry, figures: Rated): string {
  const rows = accuracies.map((level) => {
    const { messageBits, cosine, leastPhotos, greatestFalseMatchRate: promise, isOffered } = levels[level];
    const verdict = promise === null ? '–' : messages[judgePromise(modesOf(figures, level, leastPhotos), promise)];
    return [
      ...[String(level), String(messageBits.one), String(messageBits.several), String(cosine), String(leastPhotos)],
      ...[promise === null ? '–' : share(promise), verdict, isOffered ? 'yes' : '**no**'],
    ];
  });
  const head = ['level', 'K, one photo', 'K, several', 'cosine', 'photos at least', 'promise', 'is it kept', 'offered'];
  return `## The levels of this engine\n\nFitted on ${provenance.fitted.replace(/^.*?: /, '')}; judged on ${measuredOn(figures)}.\n\n${table(head, rows)}\n`;
}
