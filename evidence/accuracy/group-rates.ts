import {
  type Bootstrap,
  type PairTrials,
  type PersonTrials,
  toPairRate,
  toPersonRate,
} from '../statistics/bootstrap.js';
import { toGroupedInterval } from '../statistics/grouped-interval.js';
import type { Outcome } from './protected.js';
import { roundInterval, roundOrNull, toRateFigures } from './rates.js';

export type GroupRates = ReturnType<typeof toGroupRates>;

const countPairsOfPeople = (pairs: readonly (readonly number[])[]): number =>
  new Set(pairs.map(([one, other]) => `${Math.min(one, other)} ${Math.max(one, other)}`)).size;

/** @throws TypeError unless trials are listed by pair of people */
export function toFalseMatches(bootstrap: Bootstrap, trials: PairTrials) {
  if (!('pairs' in trials.among)) throw new TypeError('trials are not listed by pair');
  const rate = toPairRate(bootstrap, trials);
  const groups = countPairsOfPeople(trials.among.pairs);
  const groupsWithError = countPairsOfPeople(trials.errors);
  const { interval, by } = toGroupedInterval({ ...rate, groups, groupsWithError });
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
  const { interval, by } = toGroupedInterval({ ...rate, groups, groupsWithError });
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
