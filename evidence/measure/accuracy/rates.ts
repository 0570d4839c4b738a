import type { Accuracy } from '../../../src/core/ports.js';
import {
  type Bootstrap,
  type Interval,
  type PairTrials,
  type PersonTrials,
  toPairRate,
  toPersonRate,
} from '../statistics/bootstrap.js';
import { toGroupedInterval } from '../statistics/exact-interval.js';
import { round, roundBoth } from '../statistics/proportion.js';
import type { Outcome } from './protected.js';

/** Error rates of tokens, as printed by `--json`. A rate is `null` if there were no trials. */
export type RateFigures = ReturnType<typeof toRateFigures>;

export type ByGroup<T> = Readonly<Record<string, T>>;

export const roundInterval = (interval: Interval | null): Interval | null =>
  interval === null ? null : roundBoth(interval);

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
    /** Generalized false reject rate: the right person fails at the enrolment or the check (ISO/IEC 19795-1). */
    gfrr: falseNonMatch.rate === null ? null : round(1 - (1 - (refused.rate ?? 0)) * (1 - falseNonMatch.rate)),
  };
}

export type GroupRates = ReturnType<typeof toGroupRates>;

const countPairsOfPeople = (pairs: readonly (readonly number[])[]): number =>
  new Set(pairs.map(([one, other]) => `${Math.min(one, other)} ${Math.max(one, other)}`)).size;

/** @throws TypeError unless trials are listed by pair of people */
export function toFalseMatches(bootstrap: Bootstrap, trials: PairTrials) {
  if (!('pairs' in trials.among)) throw new TypeError('trials are not listed by pair');
  const rate = toPairRate(bootstrap, trials);
  const groups = countPairsOfPeople(trials.among.pairs);
  const groupsWithError = countPairsOfPeople(trials.errors);
  const { interval, by } = toGroupedInterval(rate, groups, groupsWithError);
  return {
    fmr: roundOrNull(rate.rate),
    fmrInterval: roundInterval(interval),
    fmrIntervalBy: by,
    falseMatches: rate.errors,
    pairs: rate.trials,
    pairsOfPeople: groups,
    pairsOfPeopleMatched: groupsWithError,
  };
}

export function toFalseNonMatches(bootstrap: Bootstrap, trials: PersonTrials) {
  const rate = toPersonRate(bootstrap, trials);
  const groups = trials.trials.filter((count) => count > 0).length;
  const groupsWithError = trials.errors.filter((count) => count > 0).length;
  const { interval, by } = toGroupedInterval(rate, groups, groupsWithError);
  return {
    fnmr: roundOrNull(rate.rate),
    fnmrInterval: roundInterval(interval),
    fnmrIntervalBy: by,
    falseNonMatches: rate.errors,
    genuinePairs: rate.trials,
    people: groups,
    peopleNotMatched: groupsWithError,
  };
}

/** @param photos - numbers of enrolled and live photos, such as `3x1` */
export const toGroupRates = (outcome: Outcome, bootstrap: Bootstrap, photos: string) => ({
  photos,
  ...toRateFigures(outcome, bootstrap),
  ...toFalseMatches(bootstrap, outcome.impostor),
  ...toFalseNonMatches(bootstrap, outcome.genuine),
});

export const byLevel = <T>(figure: (level: Accuracy) => T) => ({
  1: figure(1),
  2: figure(2),
  3: figure(3),
  4: figure(4),
  5: figure(5),
  6: figure(6),
  7: figure(7),
  8: figure(8),
});
