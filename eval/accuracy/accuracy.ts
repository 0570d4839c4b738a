import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { BadInput } from '../bad-input.js';
import { type Corpus, type CorpusPerson, readCorpus } from '../corpus/corpus.js';
import { type EmbeddedPerson, embedCorpus } from '../corpus/embed-corpus.js';
import { openEmbeddingCache } from '../corpus/embedding-cache.js';
import { engineDigest } from '../corpus/engine-digest.js';
import { type Fold, parsePairs } from '../corpus/pairs-file.js';
import { cacheFolder } from '../corpus/people.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import { createChance } from '../statistics/chance.js';
import { proportion } from '../statistics/proportion.js';
import { measureAcquisition } from './acquisition.js';
import { accuracies, engineName } from './bare-token.js';
import { createDecoderPool } from './decoder-pool.js';
import { type AccuracyFigures, byLevel, roundOrNull, toErrorFigures, toPromises } from './figures.js';
import { chooseJudged, type Judge } from './judged.js';
import { checkPairs, compareFolds, judgeFolds } from './lfw-protocol.js';
import { measureRaw, measureSingle } from './one-photo.js';
import { measureSeveral } from './several-photos.js';

/** What to evaluate. */
export interface AccuracyOptions {
  readonly data: string;
  readonly judge: Judge;
  /** Genuine and impostor pairs to decode in each combination of photos. */
  readonly pairs: number;
}

async function readPairs(corpus: Corpus): Promise<Fold[] | null> {
  const text = await readFile(join(corpus.folder, 'pairs.txt'), 'utf8').catch(() => null);
  if (text === null) return null;
  const folds = parsePairs(text);
  checkPairs(folds, corpus);
  return folds;
}

async function embed(options: AccuracyOptions, people: readonly CorpusPerson[], say: (line: string) => void) {
  const cache = await openEmbeddingCache(cacheFolder, engineDigest());
  return embedCorpus(options.data, people, cache, say).finally(() => cache.close());
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

/** What these people cannot tell. */
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
 * Measures how accurate the product is on a folder of photos: embeddings alone, and tokens as they ship.
 * @throws BadInput where nothing can be measured at all
 */
export async function measureAccuracy(options: AccuracyOptions, say: (line: string) => void): Promise<AccuracyFigures> {
  const startedAt = performance.now();
  say('Looking for photos…');
  const corpus = await readCorpus(options.data);
  if (corpus.otherFiles > 0) say(`${corpus.otherFiles} files and folders beside the photos are passed over`);
  const judged = chooseJudged(corpus, options.judge);
  const folds = await readPairs(corpus);
  const named = new Set(
    folds?.flatMap(({ genuine, impostor }) =>
      [...genuine, ...impostor].flatMap(({ photos }) => photos.map(({ person }) => person)),
    ),
  );
  const isJudged = new Set(judged);
  const wanted = corpus.people.filter((each) => isJudged.has(each) || named.has(each.person.normalize()));
  const embedded = await embed(options, wanted, say);
  const fta = measureAcquisition(judged, embedded, say);
  const names = new Set(judged.map(({ person }) => person));
  const people = embedded.people.filter(({ person }) => names.has(person));
  if (people.length === 0) throw new BadInput(`No photo of the ${judged.length} people judged shows a face`);

  say('Comparing embeddings…');
  const bootstrap = createBootstrap(people.length, createChance('people'));
  const raw = measureRaw(people, bootstrap);
  const pool = createDecoderPool(say);
  try {
    const single = await measureSingle(pool, people, options.pairs, bootstrap);
    const several = await measureSeveral(pool, people, options.pairs, bootstrap);
    const multi = byLevel(accuracies, (level) => ({ '1x1': single.levels[level], ...several[level] }));
    return {
      date: new Date().toISOString().slice(0, 10),
      command: `npm run eval -- --data DIR --judge ${options.judge} --pairs ${Number.isFinite(options.pairs) ? options.pairs : 'all'}`,
      machine: { processor: cpus()[0].model.trim(), processors: availableParallelism(), node: process.version },
      engine: engineName,
      judge: options.judge,
      data: {
        people: corpus.people.length,
        photos: corpus.people.reduce((sum, { files }) => sum + files.length, 0),
        judgedPeople: judged.length,
        judgedPhotos: judged.reduce((sum, { files }) => sum + files.length, 0),
        otherFiles: corpus.otherFiles,
      },
      missing: findMissing(people, folds),
      photosPerSecond: roundOrNull(embedded.photosPerSecond),
      photosFromCache: embedded.cached,
      seconds: Math.round((performance.now() - startedAt) / 1000),
      fta,
      raw,
      protected: single.levels,
      protectedAt: single.protectedAt,
      sweep: single.sweep,
      multi,
      promise: toPromises(multi),
      lfw: judgePairs(folds, embedded.people),
    };
  } finally {
    await pool.close();
  }
}
