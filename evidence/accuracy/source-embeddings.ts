import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import { createChance } from '../statistics/chance.js';
import { type Comparison, cosinesOf } from './decode.js';
import { toFalseMatches, toFalseNonMatches } from './group-rates.js';
import { countByPair, countByPerson } from './protected.js';
import { toNearest } from './strangers.js';
import { everyRun, type PhotoWindow, type TrialRules, toTrials } from './windows.js';

/** Cosine thresholds of embeddings without tokens by their false match rate, from docs/engine.md. */
const publishedCosines = { '1e-3': 0.338, '1e-4': 0.412 } as const;

interface ComparedPair {
  readonly people: readonly [number, number];
  readonly cosine: number;
}

const toPairs = (
  enrolled: readonly PhotoWindow[],
  live: readonly PhotoWindow[],
  comparison: Comparison,
): ComparedPair[] =>
  Array.from(cosinesOf(comparison), (cosine, pair) => ({
    people: [enrolled[comparison.pairs[2 * pair]].person, live[comparison.pairs[2 * pair + 1]].person],
    cosine,
  }));

/** Error rates at the published thresholds, by the false match rate of mixed people. */
export type EmbeddingFigures = ReturnType<typeof measureEmbeddings>;

export function measureEmbeddings(people: readonly EmbeddedPerson[], pairs: number) {
  const bootstrap = createBootstrap(people.length, createChance('people'));
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
