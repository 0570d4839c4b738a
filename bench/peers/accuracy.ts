import type { Chance } from '../../eval/chance.js';
import { toInterval } from '../../eval/proportion.js';
import { quantile, round } from '../measure.js';
import type { Comparison } from './library.js';
import type { Pair } from './messages.js';

/** A share, and the interval it lies in at 95 % confidence. */
export interface Rate {
  readonly rate: number;
  readonly interval: readonly [number, number];
}

/** False match rates at which the false non-match rate is told. */
export const operatingPoints = ['1e-2', '1e-3'] as const;
type AtEach<Value> = Readonly<Record<(typeof operatingPoints)[number], Value>>;

/** How well a library tells people apart, on pairs of photos (ISO/IEC 19795-1). */
export interface AccuracyReport {
  /** Pairs drawn; those with a photo in which no face was found are not compared. */
  readonly pairs: { readonly genuine: number; readonly impostor: number };
  readonly compared: { readonly genuine: number; readonly impostor: number };
  /** Failure to acquire: photos in which no face was found. */
  readonly fta: Rate;
  readonly eer: Rate;
  /** False non-match rate of the pairs compared, at the threshold of that false match rate on these very pairs. */
  readonly fnmr: AtEach<Rate>;
  /** The same where a photo without a face counts as a non-match: false rejection, for libraries that find more or fewer. */
  readonly frr: AtEach<Rate>;
  /** At the threshold the library's documentation names. */
  readonly atDefault: { readonly threshold: string; readonly fmr: Rate; readonly fnmr: Rate; readonly frr: Rate };
}

/** What was compared. Photos of person `n` are at `2n` and `2n + 1`. */
export interface Compared {
  readonly genuine: readonly (Comparison | null)[];
  readonly impostor: readonly (Comparison | null)[];
  readonly impostorPairs: readonly Pair[];
  readonly acquired: readonly boolean[];
}

interface Trial extends Comparison {
  /** Places of the two people; of a genuine pair the same twice. */
  readonly people: Pair;
}

type Measures = Readonly<Record<string, number>>;

/** How many resamples the intervals come from. */
const resamples = 1000;

const byScore = (a: Trial, b: Trial): number => b.score - a.score;

/** Pairs that were compared, most alike first. */
function toTrials({ genuine, impostor, impostorPairs }: Compared): { genuine: Trial[]; impostor: Trial[] } {
  return {
    genuine: genuine
      .flatMap((each, at) => (each === null ? [] : [{ ...each, people: [at, at] as const }]))
      .sort(byScore),
    impostor: impostor
      .flatMap((each, at) => {
        const [a, b] = impostorPairs[at];
        return each === null ? [] : [{ ...each, people: [a >> 1, b >> 1] as const }];
      })
      .sort(byScore),
  };
}

/**
 * All rates, where person `n` counts `weights[n]` times and a pair of two as often as both together. A threshold accepts
 * what is more alike than it, and only the scores of impostor pairs are tried as thresholds.
 */
function measure(
  trials: { genuine: readonly Trial[]; impostor: readonly Trial[] },
  weights: readonly number[],
): Measures {
  const ofGenuine = ({ people: [at] }: Trial): number => weights[at];
  const ofImpostor = ({ people: [a, b] }: Trial): number => weights[a] * weights[b];
  const sum = (of: readonly Trial[], weigh: (trial: Trial) => number): number =>
    of.reduce((total, trial) => total + weigh(trial), 0);
  const drawn = weights.reduce((total, weight) => total + weight, 0);
  const genuineTotal = sum(trials.genuine, ofGenuine);
  const impostorTotal = sum(trials.impostor, ofImpostor);
  const toRejection = (fnmr: number): number => 1 - (genuineTotal / drawn) * (1 - fnmr);

  const fnmrAt = operatingPoints.map(() => 1);
  let eer = 1;
  let isBeforeEer = true;
  let [accepted, above, aboveOrEqual, next] = [0, 0, 0, 0];
  trials.impostor.forEach((trial, at) => {
    if (at > 0 && trial.score !== trials.impostor[at - 1].score) above = aboveOrEqual;
    aboveOrEqual += ofImpostor(trial);
    for (; next < trials.genuine.length && trials.genuine[next].score > trial.score; next += 1)
      accepted += ofGenuine(trials.genuine[next]);
    const fmr = above / impostorTotal;
    const fnmr = 1 - accepted / genuineTotal;
    operatingPoints.forEach((point, index) => {
      if (fmr <= Number(point)) fnmrAt[index] = fnmr;
    });
    if (isBeforeEer && fmr >= fnmr) {
      eer = (fmr + fnmr) / 2;
      isBeforeEer = false;
    }
  });

  const fnmrDefault =
    1 -
    sum(
      trials.genuine.filter(({ isMatch }) => isMatch),
      ofGenuine,
    ) /
      genuineTotal;
  return {
    eer,
    ...Object.fromEntries(operatingPoints.map((point, at) => [`fnmr ${point}`, fnmrAt[at]])),
    ...Object.fromEntries(operatingPoints.map((point, at) => [`frr ${point}`, toRejection(fnmrAt[at])])),
    'default fmr':
      sum(
        trials.impostor.filter(({ isMatch }) => isMatch),
        ofImpostor,
      ) / impostorTotal,
    'default fnmr': fnmrDefault,
    'default frr': toRejection(fnmrDefault),
  };
}

/**
 * The rates of one library with their intervals: from resampling people, as pairs that share a person depend on each
 * other; and never narrower than Wilson's for so many pairs, as resampling shows no doubt where no error was seen.
 * @param threshold - the documented one, in words
 */
export function measureAccuracy(compared: Compared, threshold: string, chance: Chance): AccuracyReport {
  const trials = toTrials(compared);
  const people = compared.genuine.length;
  const each = Array.from({ length: people }, () => 1);
  const measured = measure(trials, each);
  const drawn = Array.from({ length: resamples }, () => {
    const weights = each.map(() => 0);
    for (let at = 0; at < people; at += 1) weights[chance.below(people)] += 1;
    return measure(trials, weights);
  });
  const toRate = (key: string, count: number): Rate => {
    const rate = measured[key];
    const spread = drawn.map((sample) => sample[key]).filter(Number.isFinite);
    const [low, high] = toInterval(rate * count, count, 1.96);
    return {
      rate: round(rate, 5),
      interval: [round(Math.min(low, quantile(spread, 0.025)), 5), round(Math.max(high, quantile(spread, 0.975)), 5)],
    };
  };
  const missed = compared.acquired.filter((isAcquired) => !isAcquired).length;
  const photos = compared.acquired.length;
  const [low, high] = toInterval(missed, photos, 1.96);
  const atEach = (key: string, count: number): AtEach<Rate> => ({
    '1e-2': toRate(`${key} 1e-2`, count),
    '1e-3': toRate(`${key} 1e-3`, count),
  });
  return {
    pairs: { genuine: people, impostor: compared.impostor.length },
    compared: { genuine: trials.genuine.length, impostor: trials.impostor.length },
    fta: { rate: round(missed / photos, 5), interval: [round(low, 5), round(high, 5)] },
    eer: toRate('eer', trials.genuine.length),
    fnmr: atEach('fnmr', trials.genuine.length),
    frr: atEach('frr', people),
    atDefault: {
      threshold,
      fmr: toRate('default fmr', trials.impostor.length),
      fnmr: toRate('default fnmr', trials.genuine.length),
      frr: toRate('default frr', people),
    },
  };
}
