import { Embedding } from '../src/core/concealed.js';
import type { Accuracy } from '../src/core/ports.js';
import { accuracies, levels } from '../src/token/levels.js';
import { outliersOf } from '../src/verifier/embeddings.js';
import { type BareToken, createBareTokens, viewsOf } from './bare-token.js';
import { createChance } from './chance.js';
import { embedHalves } from './people.js';
import type { EvalProgram } from './program.js';
import { type Proportion, proportion, toJson } from './proportion.js';

const impostorPairs = 200_000;
const mostPhotosOfOne = 8;

/** Counts trials that go one way or the other. */
function count(trials: Iterable<boolean>): Proportion {
  let [hits, all] = [0, 0];
  for (const isHit of trials) {
    all += 1;
    if (isHit) hits += 1;
  }
  return proportion(hits, all);
}

/** What can be measured of one level. */
export interface Rates {
  /** One photo against one of somebody else, drawn at random. */
  falseMatch(pairs: number): Proportion;
  /** One photo against another of the same person: all pairs of each one's first photos. */
  falseNonMatch(photosOfOne: number): Proportion;
  /** Photos in threes of one person that `outliersOf` does not take for one. */
  notOnePerson(): Proportion;
  /** Three consecutive photos enrolled, and `live` other consecutive ones held against them. */
  falseNonMatchFromThree(live: number): Proportion;
}

/** The error rates of one level. @param people - the embeddings of each person's photos */
export function createRates(accuracy: Accuracy, people: readonly (readonly Float32Array[])[]): Rates {
  const chance = createChance(`level ${accuracy}`);
  const tokens = createBareTokens(accuracy, chance);
  const single = people.map((embeddings) => embeddings.map((embedding) => viewsOf([embedding])));
  const sealed = new Map<Float32Array, BareToken>();
  const tokenOf = (views: Float32Array): BareToken => {
    const token = sealed.get(views) ?? tokens.seal(views);
    sealed.set(views, token);
    return token;
  };
  function* impostors(pairs: number): Generator<boolean> {
    for (let pair = 0; pair < pairs; pair += 1) {
      const one = chance.below(people.length);
      const other = (one + 1 + chance.below(people.length - 1)) % people.length;
      const enrolled = single[one][chance.below(single[one].length)];
      yield tokens.opens(tokenOf(enrolled), single[other][chance.below(single[other].length)]);
    }
  }
  function* genuine(photosOfOne: number): Generator<boolean> {
    for (const photos of single.map((all) => all.slice(0, photosOfOne)))
      for (const [index, enrolled] of photos.entries())
        for (const live of photos.slice(index + 1)) yield !tokens.opens(tokenOf(enrolled), live);
  }
  function* fromThree(live: number): Generator<boolean> {
    for (const photos of people.map((all) => all.slice(0, mostPhotosOfOne)))
      for (let from = 0; from + 3 <= photos.length; from += 1) {
        const token = tokens.seal(viewsOf(photos.slice(from, from + 3)));
        for (let at = 0; at + live <= photos.length; at += 1)
          if (at + live <= from || at >= from + 3) yield !tokens.opens(token, viewsOf(photos.slice(at, at + live)));
      }
  }
  function* threes(): Generator<boolean> {
    for (const all of people) {
      const photos = all.slice(0, mostPhotosOfOne).map((values) => new Embedding(values));
      for (let from = 0; from + 3 <= photos.length; from += 3)
        yield outliersOf(photos.slice(from, from + 3), levels[accuracy].cosine).length > 0;
    }
  }
  return {
    notOnePerson: () => count(threes()),
    falseMatch: (pairs) => count(impostors(pairs)),
    falseNonMatch: (photosOfOne) => count(genuine(photosOfOne)),
    falseNonMatchFromThree: (live) => count(fromThree(live)),
  };
}

/** The error rates of every level on people nothing was fitted on. */
export const token: EvalProgram = {
  about: 'error rates of the token at every level, on the other half',
  async run(say) {
    const { judge } = await embedHalves(say);
    const people = judge.map(({ embeddings }) => embeddings);
    const measured = accuracies.map((accuracy) => {
      say(`Measuring accuracy ${accuracy} (${impostorPairs} pairs of strangers)…`);
      const rates = createRates(accuracy, people);
      const figures = {
        falseMatch: toJson(rates.falseMatch(impostorPairs)),
        falseNonMatch: toJson(rates.falseNonMatch(mostPhotosOfOne)),
        notOnePerson: toJson(rates.notOnePerson()),
        falseNonMatchThreeByOne: toJson(rates.falseNonMatchFromThree(1)),
        falseNonMatchThreeByThree: toJson(rates.falseNonMatchFromThree(3)),
      };
      return { accuracy, messageBits: levels[accuracy].messageBits, ...figures };
    });
    return { people: people.length, photos: people.flat().length, levels: measured };
  },
};
