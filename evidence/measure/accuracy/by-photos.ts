import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import type { Bootstrap } from '../statistics/bootstrap.js';
import { accuracies } from './bare-token.js';
import type { DecoderPool } from './decoder-pool.js';
import { measureProtected, type Outcome, referenceOf } from './protected.js';
import { type ByGroup, byLevel, type GroupRates, type RateFigures, toGroupRates, toRateFigures } from './rates.js';
import { type Combination, countGenuinePeople, everyRun, firstRuns, type TrialRules, toName } from './windows.js';

/** The counts by person and by pair of people are present only if all series of consecutive photos were compared. */
export type ModeRates = RateFigures & Partial<GroupRates> & Pick<GroupRates, 'photos'>;

export const combinations: readonly Combination[] = [
  { enrolled: 1, live: 1 },
  { enrolled: 1, live: 3 },
  { enrolled: 3, live: 1 },
  { enrolled: 3, live: 3 },
  { enrolled: 5, live: 1 },
  { enrolled: 5, live: 3 },
  { enrolled: 5, live: 5 },
];

/**
 * A step-up uses five pictures at enrolment and five at verification. Smaller combinations are for people with fewer
 * photos.
 */
const asStepUp: readonly Combination[] = [
  { enrolled: 5, live: 5 },
  { enrolled: 3, live: 3 },
  { enrolled: 3, live: 2 },
];
const fewest: Combination = { enrolled: 3, live: 1 };

/** Minimum number of people with a genuine pair. */
const enoughPeople = 50;

/** Returns the largest combination for which enough people have enough photos. */
export function chooseAsUsed(people: readonly EmbeddedPerson[]): Combination {
  const wanted = Math.min(enoughPeople, countGenuinePeople(people, fewest) / 2);
  if (wanted === 0) return fewest;
  return asStepUp.find((each) => countGenuinePeople(people, each) >= wanted) ?? fewest;
}

export const withAsUsed = (asUsed: Combination): readonly Combination[] =>
  combinations.some((each) => toName(each) === toName(asUsed)) ? combinations : [...combinations, asUsed];

/**
 * Minimum number of impostor pairs. If the first photos of each person give fewer pairs, this number of pairs is drawn
 * from all series of consecutive photos.
 */
const enoughPairs = 200_000;

export function chooseRuns(
  people: readonly EmbeddedPerson[],
  { enrolled, live }: Combination,
  pairs: number,
): { readonly rules: TrialRules; readonly pairs: number } {
  const [tokens, faces] = [enrolled, live].map(
    (photos) => people.filter(({ embeddings }) => embeddings.length >= photos).length,
  );
  const firstPairs = enrolled === live ? (tokens * (tokens - 1)) / 2 : tokens * faces - Math.min(tokens, faces);
  return firstPairs >= enoughPairs
    ? { rules: firstRuns, pairs }
    : { rules: everyRun, pairs: Math.min(pairs, enoughPairs) };
}

export const toModeRates = (outcome: Outcome, bootstrap: Bootstrap, photos: string): ModeRates =>
  'pairs' in outcome.impostor.among
    ? toGroupRates(outcome, bootstrap, photos)
    : { photos, ...toRateFigures(outcome, bootstrap) };

const pairsBelow = 20_000;

/**
 * Measures the rates of every level with every combination.
 * @returns rates by level, then by combination
 */
export async function measureByPhotos<T>(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  measured: readonly Combination[],
  runsOf: (combination: Combination) => { readonly rules: TrialRules; readonly pairs: number },
  toRates: (outcome: Outcome, photos: string) => T,
): Promise<ByGroup<ByGroup<T>>> {
  const { engine } = pool;
  const byPhotos: (readonly [photos: string, rates: T[]])[] = [];
  for (const combination of measured) {
    const { enrolled } = combination;
    const { rules, pairs } = runsOf(combination);
    const limits = { pairs, pairsBelow: Math.min(pairs, pairsBelow) };
    const settings = accuracies.map((level) => engine.messageBitsOf(level, enrolled));
    const reference = referenceOf(enrolled, engine);
    const outcomes = await measureProtected(pool, people, combination, settings, reference, limits, rules);
    const photos = toName(combination);
    byPhotos.push([photos, outcomes.map((outcome) => toRates(outcome, photos))]);
  }
  return byLevel((level) =>
    Object.fromEntries(byPhotos.map(([photos, rates]) => [photos, rates[accuracies.indexOf(level)]])),
  );
}

/** Returns the figures that cannot be measured because the source has too few people. */
export const findMissingAsUsed = (asUsed: ByGroup<ModeRates>, where: string): string[] =>
  [
    asUsed['4'].fmr === null
      ? `false matches as a step-up uses it ${where}: no person enrolled from three photos`
      : null,
    asUsed['4'].fnmr === null
      ? `false non-matches as a step-up uses it ${where}: no person has four photos with a face, of different sittings if file names show them`
      : null,
  ].filter((line) => line !== null);
