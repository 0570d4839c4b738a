import { createBootstrap, type Weights } from '../../statistics/bootstrap.js';
import type { Chance } from '../../statistics/chance.js';
import { toInterval } from '../../statistics/proportion.js';
import { round } from '../measure.js';
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

/** Pairs that were compared, most alike first, in columns: they are gone through once a resample. */
interface Trials {
  readonly scores: Float64Array;
  /** Places of the two people of each; of a genuine pair the same twice. */
  readonly people: readonly [Uint16Array, Uint16Array];
  readonly isMatch: Uint8Array;
}

type Measures = Readonly<Record<string, number>>;

function toTrials(comparisons: readonly (Comparison | null)[], peopleOf: (at: number) => Pair): Trials {
  const compared = comparisons
    .flatMap((each, at) => (each === null ? [] : [{ ...each, people: peopleOf(at) }]))
    .sort((a, b) => b.score - a.score);
  return {
    scores: Float64Array.from(compared, ({ score }) => score),
    people: [
      Uint16Array.from(compared, (each) => each.people[0]),
      Uint16Array.from(compared, (each) => each.people[1]),
    ],
    isMatch: Uint8Array.from(compared, ({ isMatch }) => (isMatch ? 1 : 0)),
  };
}

/** How often all trials count together, and those that the library lets through. */
function weigh(trials: Trials, weightOf: (at: number) => number): { readonly all: number; readonly matched: number } {
  let [all, matched] = [0, 0];
  for (let at = 0; at < trials.scores.length; at += 1) {
    const weight = weightOf(at);
    all += weight;
    if (trials.isMatch[at] === 1) matched += weight;
  }
  return { all, matched };
}

/**
 * All rates, where person `n` counts `weights[n]` times and a pair of two as often as both together. A threshold accepts
 * what is more alike than it, and only the scores of impostor pairs are tried as thresholds.
 */
function measure(genuine: Trials, impostor: Trials, weights: Weights): Measures {
  const [first, second] = impostor.people;
  const ofGenuine = (at: number): number => weights[genuine.people[0][at]];
  const ofImpostor = (at: number): number => weights[first[at]] * weights[second[at]];
  const drawn = weights.reduce((total, weight) => total + weight, 0);
  const [own, others] = [weigh(genuine, ofGenuine), weigh(impostor, ofImpostor)];
  const toRejection = (fnmr: number): number => 1 - (own.all / drawn) * (1 - fnmr);

  const fnmrAt = operatingPoints.map(() => 1);
  const limits = operatingPoints.map(Number);
  const mostFmr = Math.max(...limits);
  let eer: number | null = null;
  let [accepted, above, aboveOrEqual, next] = [0, 0, 0, 0];
  for (let at = 0; at < impostor.scores.length; at += 1) {
    const score = impostor.scores[at];
    if (at > 0 && score !== impostor.scores[at - 1]) above = aboveOrEqual;
    aboveOrEqual += ofImpostor(at);
    for (; next < genuine.scores.length && genuine.scores[next] > score; next += 1) accepted += ofGenuine(next);
    const fmr = above / others.all;
    const fnmr = 1 - accepted / own.all;
    for (let point = 0; point < limits.length; point += 1) if (fmr <= limits[point]) fnmrAt[point] = fnmr;
    if (eer === null && fmr >= fnmr) eer = (fmr + fnmr) / 2;
    if (eer !== null && fmr > mostFmr) break;
  }

  const fnmrDefault = 1 - own.matched / own.all;
  return {
    eer: eer ?? 1,
    ...Object.fromEntries(operatingPoints.map((point, at) => [`fnmr ${point}`, fnmrAt[at]])),
    ...Object.fromEntries(operatingPoints.map((point, at) => [`frr ${point}`, toRejection(fnmrAt[at])])),
    'default fmr': others.matched / others.all,
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
  const genuine = toTrials(compared.genuine, (at) => [at, at]);
  const impostor = toTrials(compared.impostor, (at) => {
    const [a, b] = compared.impostorPairs[at];
    return [a >> 1, b >> 1];
  });
  const people = compared.genuine.length;
  const measured = measure(genuine, impostor, new Uint16Array(people).fill(1));
  const bootstrap = createBootstrap(people, chance);
  const resampled = new Map<Weights, Measures>();
  const measureOnce = (weights: Weights): Measures => {
    const known = resampled.get(weights) ?? measure(genuine, impostor, weights);
    resampled.set(weights, known);
    return known;
  };
  const toRate = (key: string, count: number): Rate => {
    const rate = measured[key];
    const spread = bootstrap.interval((weights) => {
      const value = measureOnce(weights)[key];
      return Number.isFinite(value) ? value : null;
    });
    const [low, high] = toInterval(rate * count, count, 1.96);
    const [from, to] = spread ?? [low, high];
    return { rate: round(rate, 5), interval: [round(Math.min(low, from), 5), round(Math.max(high, to), 5)] };
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
    compared: { genuine: genuine.scores.length, impostor: impostor.scores.length },
    fta: { rate: round(missed / photos, 5), interval: [round(low, 5), round(high, 5)] },
    eer: toRate('eer', genuine.scores.length),
    fnmr: atEach('fnmr', genuine.scores.length),
    frr: atEach('frr', people),
    atDefault: {
      threshold,
      fmr: toRate('default fmr', impostor.scores.length),
      fnmr: toRate('default fnmr', genuine.scores.length),
      frr: toRate('default frr', people),
    },
  };
}
