import { createBootstrap, type Weights } from '../../statistics/bootstrap.js';
import type { Chance } from '../../statistics/chance.js';
import { toInterval } from '../../statistics/proportion.js';
import { round } from '../measure.js';
import type { Comparison } from './library.js';
import type { Pair } from './library-handle.js';

export interface Rate {
  readonly rate: number;
  readonly interval: readonly [number, number];
}

export const operatingPoints = ['1e-2', '1e-3'] as const;
type AtEach<Value> = Readonly<Record<(typeof operatingPoints)[number], Value>>;

export interface AccuracyReport {
  readonly pairs: { readonly genuine: number; readonly impostor: number };
  readonly compared: { readonly genuine: number; readonly impostor: number };
  readonly fta: Rate;
  readonly eer: Rate;
  readonly fnmr: AtEach<Rate>;
  /** Photos without a detected face count as non-matches, so that libraries with different detectors are comparable. */
  readonly frr: AtEach<Rate>;
  readonly atDefault: { readonly threshold: string; readonly fmr: Rate; readonly fnmr: Rate; readonly frr: Rate };
}

/** Results by pair; `null` if a face was not detected. */
export interface Compared {
  readonly genuine: readonly (Comparison | null)[];
  readonly impostor: readonly (Comparison | null)[];
  readonly impostorPairs: readonly Pair[];
  readonly acquired: readonly boolean[];
}

interface Trial extends Comparison {
  readonly people: Pair;
}

type Measures = Readonly<Record<string, number>>;

const toTrials = (comparisons: readonly (Comparison | null)[], peopleOf: (at: number) => Pair): Trial[] =>
  comparisons
    .flatMap((each, at) => (each === null ? [] : [{ ...each, people: peopleOf(at) }]))
    .sort((a, b) => b.score - a.score);

/**
 * A pair's weight is the product of its people's weights. A pair matches if its score exceeds the threshold. The
 * threshold is the score of one of the impostor pairs.
 */
function measure(genuine: readonly Trial[], impostor: readonly Trial[], weights: Weights): Measures {
  const ofGenuine = ({ people }: Trial): number => weights[people[0]];
  const ofImpostor = ({ people }: Trial): number => weights[people[0]] * weights[people[1]];
  const sum = (trials: readonly Trial[], weightOf: (trial: Trial) => number) => {
    let [all, matched] = [0, 0];
    for (const trial of trials) {
      all += weightOf(trial);
      if (trial.isMatch) matched += weightOf(trial);
    }
    return { all, matched };
  };
  const drawn = weights.reduce((total, weight) => total + weight, 0);
  const [own, others] = [sum(genuine, ofGenuine), sum(impostor, ofImpostor)];
  const toRejection = (fnmr: number): number => 1 - (own.all / drawn) * (1 - fnmr);

  const points = operatingPoints.map((name) => ({ name, limit: Number(name), fnmr: 1 }));
  const mostFmr = Math.max(...points.map(({ limit }) => limit));
  let eer: number | null = null;
  let [accepted, above, aboveOrEqual, next] = [0, 0, 0, 0];
  for (const [at, trial] of impostor.entries()) {
    if (at > 0 && trial.score !== impostor[at - 1].score) above = aboveOrEqual;
    aboveOrEqual += ofImpostor(trial);
    for (; next < genuine.length && genuine[next].score > trial.score; next += 1) accepted += ofGenuine(genuine[next]);
    const fmr = above / others.all;
    const fnmr = 1 - accepted / own.all;
    for (const point of points) if (fmr <= point.limit) point.fnmr = fnmr;
    if (eer === null && fmr >= fnmr) eer = (fmr + fnmr) / 2;
    if (eer !== null && fmr > mostFmr) break;
  }
  const fnmrDefault = 1 - own.matched / own.all;
  return {
    eer: eer ?? 1,
    ...Object.fromEntries(points.map(({ name, fnmr }) => [`fnmr ${name}`, fnmr])),
    ...Object.fromEntries(points.map(({ name, fnmr }) => [`frr ${name}`, toRejection(fnmr)])),
    'default fmr': others.matched / others.all,
    'default fnmr': fnmrDefault,
    'default frr': toRejection(fnmrDefault),
  };
}

/** Computes a library's error rates. Intervals come from resampling people. */
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
    compared: { genuine: genuine.length, impostor: impostor.length },
    fta: { rate: round(missed / photos, 5), interval: [round(low, 5), round(high, 5)] },
    eer: toRate('eer', genuine.length),
    fnmr: atEach('fnmr', genuine.length),
    frr: atEach('frr', people),
    atDefault: {
      threshold,
      fmr: toRate('default fmr', impostor.length),
      fnmr: toRate('default fnmr', genuine.length),
      frr: toRate('default frr', people),
    },
  };
}
