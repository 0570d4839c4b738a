import {
  type PairTrials,
  type Statistic,
  toPairStatistic,
  toPersonStatistic,
  type Weights,
} from '../statistics/bootstrap.js';
import type { Outcome } from './protected.js';
import { leastExpected } from './unprotected.js';

/** Rate that represents zero errors on a logarithmic scale: half an error. */
const leastRate = ({ trials }: PairTrials): number => 0.5 / trials;

/**
 * Interpolates the false non-match rate at a false match rate, linearly in the logarithm of the false match rate.
 * @returns a function of a bootstrap resample, which returns `null` outside the measured range
 */
export function toInterpolated(outcomes: readonly Outcome[], falseMatchRate: number): Statistic {
  const points = outcomes.map(({ impostor, genuine }) => ({
    least: leastRate(impostor),
    fmr: toPairStatistic(impostor),
    fnmr: toPersonStatistic(genuine),
    isEnough: impostor.trials * falseMatchRate >= leastExpected,
  }));
  return (weights: Weights) => {
    for (const [index, after] of points.entries()) {
      const before = points[index - 1];
      const low = after.fmr(weights);
      if (before === undefined || low === null || low > falseMatchRate) continue;
      const high = before.fmr(weights);
      const [from, to] = [before.fnmr(weights), after.fnmr(weights)];
      if (high === null || high < falseMatchRate || from === null || to === null || !after.isEnough) return null;
      const least = Math.max(low, after.least);
      const share = least >= high ? 1 : Math.log(high / falseMatchRate) / Math.log(high / least);
      return from + Math.min(1, share) * (to - from);
    }
    return null;
  };
}
