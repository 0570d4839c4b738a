import type { Accuracy } from '../../src/core/ports.js';
import { type Bootstrap, type Interval, toPairRate, toPersonRate } from '../statistics/bootstrap.js';
import type { Outcome } from './protected.js';

/** Error rates of tokens, as printed by `--json`. A rate is `null` if there were no trials. */
export type RateFigures = ReturnType<typeof toRateFigures>;

export type By<T> = Readonly<Record<string, T>>;

export const round = (value: number): number => Number(value.toPrecision(3));

export const roundInterval = (interval: Interval | null): Interval | null =>
  interval === null ? null : [round(interval[0]), round(interval[1])];

export const roundOrNull = (value: number | null): number | null => (value === null ? null : round(value));

export function toRateFigures(outcome: Outcome, bootstrap: Bootstrap) {
  const falseMatch = toPairRate(bootstrap, outcome.impostor);
  const falseNonMatch = toPersonRate(bootstrap, outcome.genuine);
  const refused = toPersonRate(bootstrap, outcome.enrolments);
  return {
    /** Message length, in bits. */
    k: outcome.bits,
    fmr: roundOrNull(falseMatch.rate),
    fmrInterval: roundInterval(falseMatch.interval),
    falseMatches: falseMatch.errors,
    pairs: falseMatch.trials,
    decoded: outcome.decoded,
    fnmr: roundOrNull(falseNonMatch.rate),
    fnmrInterval: roundInterval(falseNonMatch.interval),
    falseNonMatches: falseNonMatch.errors,
    genuinePairs: falseNonMatch.trials,
    refusedEnrolments: { refused: refused.errors, tried: refused.trials, rate: roundOrNull(refused.rate) },
  };
}

export const byLevel = <T>(levels: readonly Accuracy[], figure: (level: Accuracy, index: number) => T) =>
  Object.fromEntries(levels.map((level, index) => [String(level), figure(level, index)]));
