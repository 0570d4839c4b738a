import { createSeededRandom } from '../../../src/core/base/chance.js';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import { dot } from '../statistics/directions.js';
import { meanOf } from './bare-token.js';
import { chooseAsUsed, measureByPhotos, withAsUsed } from './by-photos.js';
import type { DecoderPool } from './decoder-pool.js';
import { countByPair, countByPerson } from './protected.js';
import { byLevel, toFalseMatches, toFalseNonMatches, toGroupRates } from './rates.js';
import { photosPerPerson } from './unprotected.js';
import { type Combination, everyRun, type PhotoWindow, type TrialRules, toName, toTrials } from './windows.js';

export const nearestStrangers = 10;

/** Finds the most similar other people for each person, by their mean embeddings. */
function findNearest(people: readonly EmbeddedPerson[]): readonly ReadonlySet<number>[] {
  const means = people.map(({ embeddings }) => meanOf(embeddings.slice(0, photosPerPerson)));
  return means.map((own, person) => {
    const others = means.map((mean, place) => ({ place, cosine: dot(own, mean) }));
    const alike = others.filter(({ place }) => place !== person).sort((a, b) => b.cosine - a.cosine);
    return new Set(alike.slice(0, nearestStrangers).map(({ place }) => place));
  });
}

function toNearest(people: readonly EmbeddedPerson[]): TrialRules {
  const nearest = findNearest(people);
  return { ...everyRun, isStranger: (enrolled, live) => nearest[enrolled].has(live) };
}

/** Cosine thresholds of embeddings without tokens by their false match rate, from docs/engine.md. */
const publishedCosines = { '1e-3': 0.338, '1e-4': 0.412 } as const;

type ComparedPair = ReturnType<typeof toPairs>[number];

function toPairs(enrolled: readonly PhotoWindow[], live: readonly PhotoWindow[], pairs: Uint32Array) {
  const [own, others] = [enrolled, live].map((windows) => windows.map(({ embeddings }) => meanOf(embeddings)));
  return Array.from({ length: pairs.length / 2 }, (_, pair) => {
    const [one, other] = pairs.subarray(2 * pair);
    const people = [enrolled[one].person, live[other].person] as const;
    return { people, cosine: Math.fround(dot(own[one], others[other])) };
  });
}

/** Error rates at the published thresholds, by the false match rate of mixed people. */
export type EmbeddingFigures = ReturnType<typeof measureEmbeddings>;

export function measureEmbeddings(people: readonly EmbeddedPerson[], pairs: number) {
  const bootstrap = createBootstrap(people.length, createSeededRandom('people'));
  const compare = (rules: TrialRules) => {
    const { enrolled, live, genuine, impostor } = toTrials(people, { enrolled: 1, live: 1 }, pairs, rules);
    return { strangers: toPairs(enrolled, live, impostor), own: toPairs(enrolled, live, genuine) };
  };
  const falseMatches = (strangers: readonly ComparedPair[], bound: number) =>
    toFalseMatches(bootstrap, {
      trials: strangers.length,
      errors: strangers.filter(({ cosine }) => cosine >= bound).map((pair) => pair.people),
      among: { pairs: countByPair(strangers.map((pair) => pair.people)) },
    });
  const all = compare(everyRun);
  const nearest = compare(toNearest(people));
  return Object.fromEntries(
    Object.entries(publishedCosines).map(([point, bound]) => {
      const own = all.own.map((pair) => ({ person: pair.people[0], isError: pair.cosine < bound }));
      const figures = {
        cosine: bound,
        ...falseMatches(all.strangers, bound),
        ...toFalseNonMatches(bootstrap, countByPerson(people.length, own)),
        nearest: falseMatches(nearest.strangers, bound),
      };
      return [point, figures];
    }),
  );
}

/** Measures each level with each combination. `levels` has the fewest enrolled photos, and one live photo. */
async function measureTokens(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  measured: readonly Combination[],
  pairs: number,
  rules: TrialRules,
) {
  const bootstrap = createBootstrap(people.length, createSeededRandom('people'));
  const byPhotos = await measureByPhotos(
    pool,
    people,
    measured,
    () => ({ rules, pairs }),
    (outcome, photos) => toGroupRates(outcome, bootstrap, photos),
  );
  const levels = byLevel((level) => byPhotos[level][toName({ enrolled: pool.engine.leastPhotosOf(level), live: 1 })]);
  return { levels, byPhotos };
}

export type SourceFigures = Awaited<ReturnType<typeof measureSource>>;

export async function measureSource(pool: DecoderPool, people: readonly EmbeddedPerson[], pairs: number) {
  const asUsed = chooseAsUsed(people);
  const measured = withAsUsed(asUsed);
  const groups = await measureTokens(pool, people, measured, pairs, everyRun);
  return {
    groups,
    nearest: await measureTokens(pool, people, measured, pairs, toNearest(people)),
    asUsed: byLevel((level) => groups.byPhotos[level][toName(asUsed)]),
    embeddings: measureEmbeddings(people, pairs),
  };
}
