import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import {
  type Bootstrap,
  type PairTrials,
  type Statistic,
  toPairStatistic,
  toPersonStatistic,
  type Weights,
} from '../statistics/bootstrap.js';
import { accuracies } from './bare-token.js';
import { chooseRuns, toModeRates } from './by-photos.js';
import type { DecoderPool } from './decoder-pool.js';
import { measureProtected, type Outcome, referenceOf } from './protected.js';
import { byLevel, round, roundInterval, roundOrNull } from './rates.js';
import { atPoints, compareEmbeddings, leastExpected, measureUnprotected, toCurve } from './unprotected.js';
import { toName } from './windows.js';

/** Maximum number of impostor pairs to decode for messages shorter than level 4's. */
const pairsBelow = 200_000;

const sweptBits = Array.from({ length: 13 }, (_, at) => 48 + 8 * at);

export function measureRaw(people: readonly EmbeddedPerson[], bootstrap: Bootstrap) {
  const cosines = compareEmbeddings(people);
  const points = atPoints((falseMatchRate) => measureUnprotected(cosines, falseMatchRate, bootstrap));
  type Point = NonNullable<ReturnType<typeof measureUnprotected>>;
  const pick = <T>(read: (point: Point) => T) =>
    atPoints((_, name) => (points[name] === null ? null : read(points[name])));
  return {
    pairs: {
      genuine: cosines.genuine.reduce((sum, { length }) => sum + length, 0),
      impostor: cosines.impostor.length,
    },
    threshold: pick(({ threshold }) => round(threshold)),
    fnmr: pick(({ fnmr }) => roundOrNull(fnmr.rate)),
    interval: pick(({ interval }) => roundInterval(interval)),
    impostorsAbove: { '0.6': cosines.impostor.reduce((count, cosine) => (cosine > 0.6 ? count + 1 : count), 0) },
    curve: toCurve(cosines).map(({ x, y }) => ({ x: round(x), y: round(y) })),
  };
}

/** Rate that represents zero errors on a logarithmic scale: half an error. */
const leastRate = ({ trials }: PairTrials): number => 0.5 / trials;

/**
 * Interpolates the false non-match rate at a false match rate, linearly in the logarithm of the false match rate.
 * @returns a function of a bootstrap resample, which returns `null` outside the measured range
 */
function toInterpolated(outcomes: readonly Outcome[], falseMatchRate: number): Statistic {
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

export async function measureSingle(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  pairs: number,
  bootstrap: Bootstrap,
) {
  const { messageBitsOf } = pool.engine;
  const one = { enrolled: 1, live: 1 };
  const runs = chooseRuns(people, one, pairs);
  const bits = [...new Set([...accuracies.map((level) => messageBitsOf(level, 1)), ...sweptBits])].sort(
    (a, b) => a - b,
  );
  const reference = referenceOf(1, pool.engine);
  const limits = { pairs: runs.pairs, pairsBelow: Math.min(runs.pairs, pairsBelow) };
  const outcomes = await measureProtected(pool, people, one, bits, reference, limits, runs.rules);
  const sweep = outcomes.map((outcome) => toModeRates(outcome, bootstrap, toName(one)));
  const whole = new Uint16Array(people.length).fill(1);
  return {
    sweep,
    levels: byLevel((level) => sweep[bits.indexOf(messageBitsOf(level, 1))]),
    protectedAt: {
      fnmr: atPoints((rate) => roundOrNull(toInterpolated(outcomes, rate)(whole))),
      interval: atPoints((rate) => {
        const statistic = toInterpolated(outcomes, rate);
        return statistic(whole) === null ? null : roundInterval(bootstrap.interval(statistic));
      }),
    },
  };
}
