import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import { createChance } from '../statistics/chance.js';
import { accuracies, leastPhotosOf, messageBitsOf } from './bare-token.js';
import type { DecoderPool } from './decoder-pool.js';
import { byLevel } from './figures.js';
import { type By, type EmbeddingRates, type GroupRates, toGroupRates } from './group-figures.js';
import { measureProtected, referenceOf } from './protected.js';
import { measureEmbeddings } from './source-embeddings.js';
import { everyPhoto, toNearest } from './strangers.js';
import { type Combination, type TrialRules, toName } from './windows.js';

/* Strangers within one source. */

/** One and three at enrolment, one at verification: as few as levels take. Three and three: the frames of a check are several. */
const combinations: readonly Combination[] = [
  { enrolled: 1, live: 1 },
  { enrolled: 3, live: 1 },
  { enrolled: 3, live: 3 },
];

/** Impostor pairs at levels below the reference. */
const pairsBelow = 20_000;

/** Tokens within one source: by level, and by photos at enrolment × at verification as well. */
export interface TokenFigures {
  readonly levels: By<GroupRates>;
  readonly byPhotos: By<By<GroupRates>>;
}

/** What one source gave. */
export interface SourceFigures {
  readonly groups: TokenFigures;
  readonly nearest: TokenFigures;
  readonly embeddings: By<EmbeddingRates>;
}

/** Every level, with every combination of photos. */
async function measureTokens(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  pairs: number,
  rules: TrialRules,
): Promise<TokenFigures> {
  const bootstrap = createBootstrap(people.length, createChance('people'));
  const limits = { pairs, pairsBelow: Math.min(pairs, pairsBelow) };
  const measured: (readonly [photos: string, rates: GroupRates[]])[] = [];
  for (const combination of combinations) {
    const { enrolled } = combination;
    const photos = toName(combination);
    const settings = accuracies.map((level) => ({ bits: messageBitsOf(level, enrolled), alike: level }));
    const outcomes = await measureProtected(pool, people, combination, settings, referenceOf(enrolled), limits, rules);
    measured.push([photos, outcomes.map((outcome) => toGroupRates(outcome, bootstrap, photos))]);
  }
  const byPhotos = byLevel(accuracies, (_, index) =>
    Object.fromEntries(measured.map(([photos, rates]) => [photos, rates[index]])),
  );
  const levels = byLevel(accuracies, (level) => byPhotos[level][toName({ enrolled: leastPhotosOf(level), live: 1 })]);
  return { levels, byPhotos };
}

/**
 * How strangers within one source do, against tokens and against embeddings alone: all of them, and those most alike.
 * @param pairs - of each kind to decode, in each combination of photos
 */
export async function measureSource(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  pairs: number,
): Promise<SourceFigures> {
  return {
    groups: await measureTokens(pool, people, pairs, everyPhoto),
    nearest: await measureTokens(pool, people, pairs, toNearest(people)),
    embeddings: measureEmbeddings(people, pairs),
  };
}
