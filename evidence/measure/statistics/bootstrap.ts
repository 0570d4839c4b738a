import type { SeededRandom } from '../../../src/core/base/chance.js';
import { toInterval } from './proportion.js';

/** A 95 % interval. */
export type Interval = readonly [number, number];

export type Weights = Uint16Array;

/** Computes a figure of a resample, in which each person counts with a weight; `null` if undefined. */
export type Statistic = (weights: Weights) => number | null;

export type Bootstrap = ReturnType<typeof createBootstrap>;

const replicates = 1000;

/**
 * Creates a bootstrap over people, because trials of one person are dependent. A pair counts with the product of its
 * people's weights. For independent pairs the intervals are up to √3 times too wide, never systematically too narrow.
 * @see https://doi.org/10.1016/j.cviu.2003.08.002 (Bolle, Ratha, Pankanti: the subsets bootstrap)
 * @see https://doi.org/10.1214/07-AOAS122 (Owen: the pigeonhole bootstrap, on products of weights)
 */
export function createBootstrap(people: number, chance: SeededRandom) {
  const resamples = Array.from({ length: replicates }, () => {
    const weights = new Uint16Array(people);
    for (let draw = 0; draw < people; draw += 1) weights[chance.below(people)] += 1;
    return weights;
  });
  return {
    /**
     * Returns the 2.5th to 97.5th percentile over the resamples; `null` if the statistic is undefined for most
     * resamples.
     */
    interval(statistic: Statistic): Interval | null {
      const values = resamples.map(statistic).filter((value) => value !== null);
      if (values.length < replicates / 2) return null;
      const sorted = Float64Array.from(values).sort();
      return [sorted[Math.floor(0.025 * sorted.length)], sorted[Math.ceil(0.975 * sorted.length) - 1]];
    },
  };
}

export interface PersonTrials {
  readonly trials: Uint32Array;
  readonly errors: Uint32Array;
}

export type CountedPair = readonly [one: number, other: number, trials: number];

export interface PairTrials {
  readonly trials: number;
  readonly errors: readonly (readonly [number, number])[];
  /**
   * `sides` lists the people on both sides, if all pairs have equally many trials. Otherwise `pairs` lists each pair.
   */
  readonly among:
    | { readonly sides: readonly [readonly number[], readonly number[]] }
    | { readonly pairs: readonly CountedPair[] };
}

export interface ErrorRate {
  readonly errors: number;
  readonly trials: number;
  /** `null` if there are no trials. */
  readonly rate: number | null;
  readonly interval: Interval | null;
}

const sumOf = (values: Uint32Array): number => values.reduce((sum, value) => sum + value, 0);

/**
 * Computes an error rate with its interval. The bootstrap underestimates rare errors, so the interval is at least as
 * wide as Wilson's. Without errors, the upper end of the interval is 3/n.
 */
function toRate(bootstrap: Bootstrap, errors: number, trials: number, statistic: Statistic): ErrorRate {
  if (trials === 0) return { errors, trials, rate: null, interval: null };
  if (errors === 0) return { errors, trials, rate: 0, interval: [0, Math.min(1, 3 / trials)] };
  const independent = toInterval(errors, trials);
  const [low, high] = bootstrap.interval(statistic) ?? independent;
  const interval: Interval = [Math.min(low, independent[0]), Math.max(high, independent[1])];
  return { errors, trials, rate: errors / trials, interval };
}

/** Returns a function that computes a resample's error rate over people. */
export function toPersonStatistic({ trials, errors }: PersonTrials): Statistic {
  const present = [...trials.keys()].filter((person) => trials[person] > 0);
  return (weights) => {
    let all = 0;
    let wrong = 0;
    for (const person of present) {
      all += weights[person] * trials[person];
      wrong += weights[person] * errors[person];
    }
    return all === 0 ? null : wrong / all;
  };
}

function toMeanWeightOfSides([side, other]: readonly [readonly number[], readonly number[]]): Statistic {
  const ofSide = new Set(side);
  const both = other.filter((person) => ofSide.has(person));
  const pairs = side.length * other.length - both.length;
  return (weights) => {
    const sum = (people: readonly number[]): number => people.reduce((total, person) => total + weights[person], 0);
    const own = both.reduce((total, person) => total + weights[person] ** 2, 0);
    return (sum(side) * sum(other) - own) / pairs;
  };
}

function toMeanWeightOfPairs(pairs: readonly CountedPair[]): Statistic {
  const all = pairs.reduce((sum, [, , trials]) => sum + trials, 0);
  return (weights) => {
    let sum = 0;
    for (const [one, other, trials] of pairs) sum += weights[one] * weights[other] * trials;
    return sum / all;
  };
}

/** Returns a function that computes a resample's error rate over pairs. */
export function toPairStatistic({ trials, errors, among }: PairTrials): Statistic {
  const meanWeight = 'sides' in among ? toMeanWeightOfSides(among.sides) : toMeanWeightOfPairs(among.pairs);
  return (weights) => {
    const all = trials * (meanWeight(weights) ?? 0);
    if (all === 0) return null;
    let wrong = 0;
    for (const [one, other] of errors) wrong += weights[one] * weights[other];
    return wrong / all;
  };
}

export const toPersonRate = (bootstrap: Bootstrap, trials: PersonTrials): ErrorRate =>
  toRate(bootstrap, sumOf(trials.errors), sumOf(trials.trials), toPersonStatistic(trials));

export const toPairRate = (bootstrap: Bootstrap, trials: PairTrials): ErrorRate =>
  toRate(bootstrap, trials.errors.length, trials.trials, toPairStatistic(trials));
