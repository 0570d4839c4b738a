import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import { createChance } from '../statistics/chance.js';
import { accuracies } from './bare-token.js';
import { chooseAsUsed, measureByPhotos, withAsUsed } from './by-photos.js';
import type { DecoderPool } from './decoder-pool.js';
import { toGroupRates } from './group-rates.js';
import { byLevel } from './rates.js';
import { measureEmbeddings } from './source-embeddings.js';
import { toNearest } from './strangers.js';
import { type Combination, everyRun, type TrialRules, toName } from './windows.js';

export type SourceFigures = Awaited<ReturnType<typeof measureSource>>;

async function measureTokens(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  measured: readonly Combination[],
  pairs: number,
  rules: TrialRules,
) {
  const bootstrap = createBootstrap(people.length, createChance('people'));
  const byPhotos = await measureByPhotos(
    pool,
    people,
    measured,
    () => ({ rules, pairs }),
    (outcome, photos) => toGroupRates(outcome, bootstrap, photos),
  );
  const levels = byLevel(
    accuracies,
    (level) => byPhotos[level][toName({ enrolled: pool.engine.leastPhotosOf(level), live: 1 })],
  );
  return { levels, byPhotos };
}

export async function measureSource(pool: DecoderPool, people: readonly EmbeddedPerson[], pairs: number) {
  const asUsed = chooseAsUsed(people);
  const measured = withAsUsed(asUsed);
  const groups = await measureTokens(pool, people, measured, pairs, everyRun);
  return {
    groups,
    nearest: await measureTokens(pool, people, measured, pairs, toNearest(people)),
    asUsed: byLevel(accuracies, (level) => groups.byPhotos[level][toName(asUsed)]),
    embeddings: measureEmbeddings(people, pairs),
  };
}
