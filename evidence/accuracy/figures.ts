import type { PlotPoint } from '../plots/det-plot.js';
import type { ErrorRate, Interval } from '../statistics/bootstrap.js';
import type { LevelPromise } from './bare-token.js';
import type { ModeRates } from './by-photos.js';
import { type RateFigures, roundInterval, roundOrNull } from './rates.js';
import { type AtPoints, leastExpected } from './unprotected.js';

export interface PromiseFigures {
  readonly fmr: number | null;
  readonly upper: number | null;
  /** `null` if there are too few pairs. */
  readonly kept: boolean | null;
  readonly pairs: number;
  readonly pairsNeeded: number;
}

export interface AccuracyFigures {
  readonly date: string;
  readonly command: string;
  readonly machine: { readonly processor: string; readonly processors: number; readonly node: string };
  readonly engine: string;
  readonly judge: 'half' | 'all';
  readonly data: {
    readonly people: number;
    readonly photos: number;
    readonly judgedPeople: number;
    readonly judgedPhotos: number;
    readonly otherFiles: number;
  };
  readonly missing: readonly string[];
  readonly photosPerSecond: number | null;
  readonly photosFromCache: number;
  readonly seconds: number;
  readonly fta: {
    readonly photos: number;
    readonly failures: Readonly<Record<string, number>>;
    readonly rate: number | null;
    readonly interval: Interval | null;
    readonly unreadable: number;
  };
  readonly raw: {
    readonly pairs: { readonly genuine: number; readonly impostor: number };
    readonly threshold: AtPoints<number | null>;
    readonly fnmr: AtPoints<number | null>;
    readonly interval: AtPoints<Interval | null>;
    readonly impostorsAbove: Readonly<Record<string, number>>;
    readonly curve: readonly PlotPoint[];
  };
  readonly protected: Readonly<Record<string, RateFigures>>;
  readonly protectedAt: {
    readonly fnmr: AtPoints<number | null>;
    readonly interval: AtPoints<Interval | null>;
  };
  readonly sweep: readonly RateFigures[];
  /** Rates by level, then by combination of enrolled and live photos. */
  readonly multi: Readonly<Record<string, Readonly<Record<string, ModeRates>>>>;
  /** Rates by level, with as many photos as a step-up uses, or fewer if people do not have as many. */
  readonly asUsed: Readonly<Record<string, ModeRates>>;
  readonly promise: Readonly<
    Record<
      string,
      PromiseFigures & { readonly promise: number; readonly multi: Readonly<Record<string, PromiseFigures>> }
    >
  >;
  /** `null` if the folder has no `pairs.txt`. */
  readonly lfw: {
    readonly folds: number;
    readonly pairs: { readonly genuine: number; readonly impostor: number };
    readonly accuracy: number;
    readonly standardError: number;
    readonly fmr: ErrorFigures;
    readonly fnmr: ErrorFigures;
  } | null;
}

export interface ErrorFigures {
  readonly rate: number | null;
  readonly interval: Interval | null;
}

function toPromiseFigures(rates: ModeRates, promise: number): PromiseFigures {
  const { fmr, fmrInterval, pairs, pairsOfPeople = pairs } = rates;
  const pairsNeeded = Math.round(leastExpected / promise);
  const upper = fmrInterval === null ? null : fmrInterval[1];
  const kept = upper === null || pairsOfPeople < pairsNeeded ? null : upper <= promise;
  return { fmr, upper, kept, pairs: pairsOfPeople, pairsNeeded };
}

export const toPromises = (
  multi: AccuracyFigures['multi'],
  promises: readonly LevelPromise[],
): AccuracyFigures['promise'] =>
  Object.fromEntries(
    promises.map(({ accuracy, falseMatchRate, leastPhotos }) => [
      String(accuracy),
      {
        promise: falseMatchRate,
        ...toPromiseFigures(multi[accuracy][`${leastPhotos}x1`], falseMatchRate),
        multi: Object.fromEntries(
          Object.entries(multi[accuracy])
            .filter(([name]) => Number.parseInt(name, 10) >= leastPhotos)
            .map(([name, rates]) => [name, toPromiseFigures(rates, falseMatchRate)]),
        ),
      },
    ]),
  );

export const toErrorFigures = ({ rate, interval }: Pick<ErrorRate, 'rate' | 'interval'>): ErrorFigures => ({
  rate: roundOrNull(rate),
  interval: roundInterval(interval),
});
