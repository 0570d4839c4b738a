import type { Accuracy } from '../../src/core/ports.js';
import type { EngineEntry } from '../../src/token/parameters.js';
import { accuracies } from './bare-token.js';
import type { AccuracyFigures } from './figures.js';
import type { GroupFigures } from './group-figures.js';
import { share, table } from './markdown.js';
import type { RateFigures } from './rates.js';
import { leastExpected } from './unprotected.js';

/**
 * What the people who judge say of a level's promise: kept; not shown, as the pairs are too few or the interval has the promise
 * in it; or broken, as even the lower end of an interval is above it.
 */
export type PromiseVerdict = 'kept' | 'not shown' | 'broken';

/** Every combination of photos that a level takes, in every source. */
function modesOf(figures: AccuracyFigures | GroupFigures, level: Accuracy, leastPhotos: number): RateFigures[] {
  const byPhotos =
    'multi' in figures ? [figures.multi[level]] : Object.values(figures.groupsByPhotos).map((levels) => levels[level]);
  return byPhotos.flatMap((modes) =>
    Object.entries(modes).flatMap(([photos, rates]) => (Number.parseInt(photos, 10) >= leastPhotos ? [rates] : [])),
  );
}

/** @param promise - the greatest false match rate */
export function judgePromise(modes: readonly RateFigures[], promise: number): PromiseVerdict {
  const isBroken = modes.some(({ fmrInterval }) => fmrInterval !== null && fmrInterval[0] > promise);
  if (isBroken) return 'broken';
  const isKept = modes.every(
    ({ fmrInterval, pairs }) => fmrInterval !== null && fmrInterval[1] <= promise && pairs * promise >= leastExpected,
  );
  return isKept && modes.length > 0 ? 'kept' : 'not shown';
}

const messages = {
  kept: 'kept',
  'not shown': 'not shown by these people',
  broken: '**broken**',
} as const satisfies Record<PromiseVerdict, string>;

/** What was fitted, with what the people who judge said of it. A level whose promise is broken is not offered. */
export function judgeEntry(entry: EngineEntry, figures: AccuracyFigures | GroupFigures): EngineEntry {
  const judged = (level: Accuracy): EngineEntry['levels'][Accuracy] => {
    const fitted = entry.levels[level];
    const { leastPhotos, greatestFalseMatchRate: promise } = fitted;
    const modes = modesOf(figures, level, leastPhotos);
    const worst = modes.toSorted((a, b) => (b.fmr ?? 0) - (a.fmr ?? 0))[0];
    return {
      ...fitted,
      falseMatch:
        worst === undefined || worst.fmr === null || worst.fmrInterval === null
          ? null
          : { rate: worst.fmr, interval: [worst.fmrInterval[0], worst.fmrInterval[1]], trials: worst.pairs },
      falseNonMatch:
        worst === undefined || worst.fnmr === null || worst.fnmrInterval === null
          ? null
          : { rate: worst.fnmr, interval: [worst.fnmrInterval[0], worst.fnmrInterval[1]], trials: worst.genuinePairs },
      isOffered: fitted.isOffered && (promise === null || judgePromise(modes, promise) !== 'broken'),
    };
  };
  const { judgedPeople, judgedPhotos } = figures.data;
  return {
    ...entry,
    provenance: {
      ...entry.provenance,
      measured: `${judgedPeople} other people, ${judgedPhotos} photos; ${figures.date}; rates are of the worst combination of photos, and of the worst source`,
    },
    levels: {
      1: judged(1),
      2: judged(2),
      3: judged(3),
      4: judged(4),
      5: judged(5),
      6: judged(6),
      7: judged(7),
      8: judged(8),
    },
  };
}

/** The levels of an engine of one's own, as a table. */
export function levelsToMarkdown({ levels, provenance }: EngineEntry, figures: AccuracyFigures | GroupFigures): string {
  const rows = accuracies.map((level) => {
    const { messageBits, cosine, leastPhotos, greatestFalseMatchRate: promise, isOffered } = levels[level];
    const verdict = promise === null ? '–' : messages[judgePromise(modesOf(figures, level, leastPhotos), promise)];
    return [
      ...[String(level), String(messageBits.one), String(messageBits.several), String(cosine), String(leastPhotos)],
      ...[promise === null ? '–' : share(promise), verdict, isOffered ? 'yes' : '**no**'],
    ];
  });
  const head = ['level', 'K, one photo', 'K, several', 'cosine', 'photos at least', 'promise', 'is it kept', 'offered'];
  return `## The levels of this engine\n\nFitted on ${provenance.fitted.replace(/^.*?: /, '')}; judged on ${provenance.measured}.\n\n${table(head, rows)}\n`;
}
