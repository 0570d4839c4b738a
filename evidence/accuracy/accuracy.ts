import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { BadInput } from '../corpus/bad-input.js';
import type { Corpus } from '../corpus/corpus.js';
import type { EmbeddedCorpus, EmbeddedPerson } from '../corpus/embed-corpus.js';
import { type Fold, parsePairs } from '../corpus/pairs-file.js';
import type { Split } from '../corpus/split.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import { createChance } from '../statistics/chance.js';
import { proportion } from '../statistics/proportion.js';
import { measureAcquisition } from './acquisition.js';
import { findMissingAsUsed } from './as-used.js';
import { accuracies, type MeasuredEngine } from './bare-token.js';
import { chooseAsUsed, chooseRuns, combinations, measureByPhotos, toModeRates, withAsUsed } from './by-photos.js';
import { createDecoderPool } from './decoder-pool.js';
import { type AccuracyFigures, toErrorFigures, toPromises } from './figures.js';
import { chooseJudged, type Judge } from './judged.js';
import { checkPairs, compareFolds, judgeFolds } from './lfw-protocol.js';
import { measureRaw, measureSingle } from './one-photo.js';
import { byLevel, roundOrNull } from './rates.js';
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

async function readPairs(corpus: Corpus): Promise<Fold[] | null> {
  const text = await readFile(join(corpus.folder, 'pairs.txt'), 'utf8').catch(() => null);
  if (text === null) return null;
  const folds = parsePairs(text);
  checkPairs(folds, corpus);
  return folds;
}

function judgePairs(folds: readonly Fold[] | null, people: readonly EmbeddedPerson[]): AccuracyFigures['lfw'] {
  if (folds === null || folds.length < 2) return null;
  const judged = judgeFolds(compareFolds(folds, people));
  const count = folds.length * folds[0].genuine.length;
  return {
    folds: folds.length,
    pairs: { genuine: count, impostor: count },
    accuracy: Number(judged.accuracy.toFixed(4)),
    standardError: Number(judged.standardError.toFixed(4)),
    fmr: toErrorFigures(proportion(judged.falseMatches, count)),
    fnmr: toErrorFigures(proportion(judged.falseNonMatches, count)),
  };
}

function findMissing(people: readonly EmbeddedPerson[], folds: readonly Fold[] | null): string[] {
  return [
    people.length < 2 ? 'false matches: there is one person with a face, so there are no pairs of strangers' : null,
    people.every(({ embeddings }) => embeddings.length < 2)
      ? 'false non-matches: nobody has two photos with a face, so there are no genuine pairs'
      : null,
    folds?.length === 1 ? 'the accuracy over folds: pairs.txt has one fold, and a threshold is chosen on others' : null,
  ].filter((line) => line !== null);
}

/**
 * Measures accuracy on photos of people, for embeddings without tokens and for tokens.
 * @throws BadInput if nothing can be measured
 */
export async function measureAccuracy(
  options: AccuracyOptions,
  corpus: Corpus,
  say: (line: string) => void,
): Promise<AccuracyFigures> {
  const startedAt = performance.now();
  if (corpus.otherFiles > 0) say(`${corpus.otherFiles} files and folders beside the photos are passed over`);
  const judged = chooseJudged(corpus, options.judge, options.split);
  const folds = await readPairs(corpus);
  const named = new Set(
    folds?.flatMap(({ genuine, impostor }) =>
      [...genuine, ...impostor].flatMap(({ photos }) => photos.map(({ person }) => person)),
    ),
  );
  const isJudged = new Set(judged);
  const wanted = corpus.people.filter((each) => isJudged.has(each) || named.has(each.person.normalize()));
  const [embedded] = await options.embed([{ folder: options.data, people: wanted }], say);
  const fta = measureAcquisition(judged, embedded, say);
  const names = new Set(judged.map(({ person }) => person));
  const people = embedded.people.filter(({ person }) => names.has(person));
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
    const multi: AccuracyFigures['multi'] = byLevel(accuracies, (level) => ({
      '1x1': single.levels[level],
      ...several[level],
    }));
    const asUsed = byLevel(accuracies, (level) => multi[level][toName(stepUp)]);
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
      missing: [...findMissing(people, folds), ...(people.length < 2 ? [] : findMissingAsUsed(asUsed, 'here'))],
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
      lfw: judgePairs(folds, embedded.people),
    };
  } finally {
    await pool.close();
  }
}
