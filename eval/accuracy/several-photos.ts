import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import type { Bootstrap } from '../statistics/bootstrap.js';
import { accuracies, messageBitsOf } from './bare-token.js';
import type { DecoderPool } from './decoder-pool.js';
import { byLevel, type RateFigures, toRateFigures } from './figures.js';
import { measureProtected, referenceOf } from './protected.js';
import { type Combination, toName } from './windows.js';

/** One at enrolment and one at verification are measured by themselves (`one-photo.ts`). */
const combinations: readonly Combination[] = [
  { enrolled: 1, live: 3 },
  { enrolled: 3, live: 1 },
  { enrolled: 3, live: 3 },
  { enrolled: 5, live: 1 },
  { enrolled: 5, live: 3 },
];

/** Impostor pairs at levels below the reference: false matches are frequent there. */
const pairsBelow = 20_000;

/** Every level with several photos: by level, then by combination. */
export async function measureSeveral(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  pairs: number,
  bootstrap: Bootstrap,
): Promise<Record<string, Record<string, RateFigures>>> {
  const limits = { pairs, pairsBelow: Math.min(pairs, pairsBelow) };
  const measured: (readonly [name: string, rates: RateFigures[]])[] = [];
  for (const combination of combinations) {
    const { enrolled } = combination;
    const settings = accuracies.map((level) => ({ bits: messageBitsOf(level, enrolled), alike: level }));
    const outcomes = await measureProtected(pool, people, combination, settings, referenceOf(enrolled), limits);
    measured.push([toName(combination), outcomes.map((outcome) => toRateFigures(outcome, bootstrap))]);
  }
  return byLevel(accuracies, (_, index) => Object.fromEntries(measured.map(([name, rates]) => [name, rates[index]])));
}
