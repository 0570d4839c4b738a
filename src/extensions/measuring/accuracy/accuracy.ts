import { availableParallelism, cpus } from 'node:os';
import { createChance } from '../../../core/base/chance.js';
import { BadInput } from '../corpus/bad-input.js';
import type { Corpus } from '../corpus/corpus.js';
import type { EmbeddedCorpus, EmbeddedPerson } from '../corpus/embed-corpus.js';
import type { Split } from '../corpus/split.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import type { LevelPromise, MeasuredEngine } from './bare-token.js';
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
import { createDecoderPool } from './decoder-pool.js';
import { chooseJudged, type Judge, measureAcquisition } from './judged.js';
import { measureRaw, measureSingle } from './one-photo.js';
import { type By, byLevel, roundOrNull } from './rates.js';
import { leastExpected } from './unprotected.js';
import { toName } from './windows.js';

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

const findMissing = (people: readonly EmbeddedPerson[]): string[] =>
  [
    people.length < 2 ? 'false matches: there is one person with a face, so there are no pairs of strangers' : null,
    people.every(({ embeddings }) => embeddings.length < 2)
      ? 'false non-matches: nobody has two photos with a face, so there are no genuine pairs'
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

const toPromises = (multi: By<By<ModeRates>>, promises: readonly LevelPromise[]) =>
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
  if (corpus.otherFiles > 0) say(`${corpus.otherFiles} files and folders beside the photos are passed over`);
  const judged = chooseJudged(corpus, options.judge, options.split);
  const [embedded] = await options.embed([{ folder: options.data, people: judged }], say);
  const fta = measureAcquisition(judged, embedded, say);
  const { people } = embedded;
  if (people.length === 0) throw new BadInput(`No photo of the ${judged.length} people judged shows a face`);

  say('Comparing embeddings…');
  const bootstrap = createBootstrap(people.length, createChance('people'));
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
    const multi: By<By<ModeRates>> = byLevel((level) => ({
      '1x1': single.levels[level],
      ...several[level],
    }));
    const asUsed = byLevel((level) => multi[level][toName(stepUp)]);
    return {
      date: new Date().toISOString().slice(0, 10),
      command: options.command,
      machine: { processor: cpus()[0].model.trim(), processors: availableParallelism(), node: process.version },
      engine: pool.engine.name,
      judge: options.judge,
      data: {
        people: corpus.people.length,
        photos: corpus.people.reduce((sum, { files }) => sum + files.length, 0),
        judgedPeople: judged.length,
        judgedPhotos: judged.reduce((sum, { files }) => sum + files.length, 0),
        otherFiles: corpus.otherFiles,
      },
      missing: [...findMissing(people), ...(people.length < 2 ? [] : findMissingAsUsed(asUsed, 'here'))],
      photosPerSecond: roundOrNull(embedded.photosPerSecond),
      photosFromCache: embedded.cached,
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
