import { availableParallelism, cpus } from 'node:os';
import { createSeededRandom } from '../../../src/core/base/chance.js';
import { BadInput, type Corpus, type CorpusPerson, type Split } from '../corpus/corpus.js';
import type { EmbeddedCorpus, EmbeddedPerson } from '../corpus/embed-corpus.js';
import {
  type Bootstrap,
  createBootstrap,
  type PairTrials,
  type Statistic,
  toPairStatistic,
  toPersonStatistic,
  type Weights,
} from '../statistics/bootstrap.js';
import { round } from '../statistics/proportion.js';
import { accuracies, type LevelPromise, type MeasuredEngine } from './bare-token.js';
import {
  chooseAsUsed,
  chooseRuns,
  combinations,
  findMissingAsUsed,
  type ModeRates,
  measureByPhotos,
  toModeRates,
  withAsUsed,
} from './by-photos.js';
import { createDecoderPool, type DecoderPool } from './decoder-pool.js';
import { chooseJudged, type Judge, measureAcquisition } from './judged.js';
import { measureProtected, type Outcome, referenceOf } from './protected.js';
import { type ByGroup, byLevel, roundInterval, roundOrNull } from './rates.js';
import { atPoints, compareEmbeddings, leastExpected, measureUnprotected, toCurve } from './unprotected.js';
import { toName } from './windows.js';

/** Maximum number of impostor pairs to decode for messages shorter than level 4's. */
const pairsBelow = 200_000;

const sweptBits = Array.from({ length: 13 }, (_, at) => 48 + 8 * at);

function measureRaw(people: readonly EmbeddedPerson[], bootstrap: Bootstrap) {
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
      const from = before.fnmr(weights);
      const to = after.fnmr(weights);
      if (high === null || high < falseMatchRate || from === null || to === null || !after.isEnough) return null;
      const least = Math.max(low, after.least);
      const share = least >= high ? 1 : Math.log(high / falseMatchRate) / Math.log(high / least);
      return from + Math.min(1, share) * (to - from);
    }
    return null;
  };
}

async function measureSingle(
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

export interface AccuracyOptions {
  readonly data: string;
  readonly judge: Judge;
  readonly split: Split;
  readonly pairs: number;
  embed(
    folders: readonly Pick<Corpus, 'folder' | 'people'>[],
    say: (line: string) => void,
  ): Promise<readonly EmbeddedCorpus[]>;
  readonly command: string;
  readonly engine: MeasuredEngine;
}

const countPhotos = (people: readonly CorpusPerson[]): number =>
  people.reduce((sum, { files }) => sum + files.length, 0);

/** Returns when, how and on whom accuracy was measured. */
export function describeRun(
  { command, engine, judge }: AccuracyOptions,
  found: readonly Corpus[],
  judged: readonly CorpusPerson[],
) {
  const people = found.flatMap((corpus) => corpus.people);
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    machine: { processor: cpus()[0].model.trim(), processors: availableParallelism(), node: process.version },
    engine: engine.name,
    judge,
    data: {
      people: people.length,
      photos: countPhotos(people),
      judgedPeople: judged.length,
      judgedPhotos: countPhotos(judged),
      otherFiles: found.reduce((sum, { otherFiles }) => sum + otherFiles, 0),
    },
  };
}

const findMissing = (people: readonly EmbeddedPerson[]): string[] =>
  [
    people.length < 2 ? 'false matches: only one person has a face photo, so there are no pairs of strangers' : null,
    people.every(({ embeddings }) => embeddings.length < 2)
      ? 'false non-matches: no person has two photos with a face, so there are no genuine pairs'
      : null,
  ].filter((line) => line !== null);

/** @returns `kept`: `null` if there are too few pairs */
function toPromise(rates: ModeRates, promise: number) {
  const { fmr, fmrInterval, pairs, pairsOfPeople = pairs } = rates;
  const pairsNeeded = Math.round(leastExpected / promise);
  const upper = fmrInterval === null ? null : fmrInterval[1];
  const kept = upper === null || pairsOfPeople < pairsNeeded ? null : upper <= promise;
  return { fmr, upper, kept, pairs: pairsOfPeople, pairsNeeded };
}

const toPromises = (multi: ByGroup<ByGroup<ModeRates>>, promises: readonly LevelPromise[]) =>
  Object.fromEntries(
    promises.map(({ accuracy, falseMatchRate: promise, leastPhotos }) => {
      const modes = Object.entries(multi[accuracy])
        .filter(([name]) => Number.parseInt(name, 10) >= leastPhotos)
        .map(([name, rates]) => [name, toPromise(rates, promise)] as const);
      const promised = toPromise(multi[accuracy][`${leastPhotos}x1`], promise);
      return [accuracy, { promise, ...promised, multi: Object.fromEntries(modes) }];
    }),
  );

export type AccuracyFigures = Awaited<ReturnType<typeof measureAccuracy>>;

/**
 * Measures accuracy on photos of people, for embeddings without tokens and for tokens.
 * @throws BadInput if nothing can be measured
 */
export async function measureAccuracy(options: AccuracyOptions, corpus: Corpus, say: (line: string) => void) {
  const startedAt = performance.now();
  if (corpus.otherFiles > 0) say(`Ignored ${corpus.otherFiles} files and folders that are not photos`);
  const judged = chooseJudged(corpus, options.judge, options.split);
  const [embedded] = await options.embed([{ folder: options.data, people: judged }], say);
  const fta = measureAcquisition(judged, embedded, say);
  const { people } = embedded;
  if (people.length === 0) throw new BadInput(`No photo of the ${judged.length} people judged shows a face`);

  say('Comparing embeddings…');
  const bootstrap = createBootstrap(people.length, createSeededRandom('people'));
  const raw = measureRaw(people, bootstrap);
  const pool = createDecoderPool(say, options.engine);
  try {
    const single = await measureSingle(pool, people, options.pairs, bootstrap);
    const stepUp = chooseAsUsed(people);
    const several = await measureByPhotos(
      pool,
      people,
      withAsUsed(stepUp).filter((each) => each !== combinations[0]),
      (combination) => chooseRuns(people, combination, options.pairs),
      (outcome, photos) => toModeRates(outcome, bootstrap, photos),
    );
    const multi: ByGroup<ByGroup<ModeRates>> = byLevel((level) => ({
      '1x1': single.levels[level],
      ...several[level],
    }));
    const asUsed = byLevel((level) => multi[level][toName(stepUp)]);
    return {
      ...describeRun(options, [corpus], judged),
      missing: [...findMissing(people), ...(people.length < 2 ? [] : findMissingAsUsed(asUsed, 'here'))],
      photosPerSecond: roundOrNull(embedded.photosPerSecond),
      seconds: Math.round((performance.now() - startedAt) / 1000),
      fta,
      raw,
      protected: single.levels,
      protectedAt: single.protectedAt,
      sweep: single.sweep,
      multi,
      promise: toPromises(multi, pool.engine.promises),
      asUsed,
    };
  } finally {
    await pool.close();
  }
}
