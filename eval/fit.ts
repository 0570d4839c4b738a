import { accuracies, levels } from '../src/token/levels.js';
import { type EmbeddedPerson, embedHalves } from './people.js';
import type { EvalProgram } from './program.js';

/** The mean over people of the mean of each one's photos: who has many photos weighs no more. */
function meanOver(people: readonly EmbeddedPerson[]): number[] {
  const mean = new Array<number>(512).fill(0);
  for (const { embeddings } of people)
    for (const embedding of embeddings)
      for (let at = 0; at < mean.length; at += 1) mean[at] += embedding[at] / embeddings.length / people.length;
  return mean;
}

/** Cosines between the first photos of all pairs of people, ascending. */
function impostorCosines(people: readonly EmbeddedPerson[]): Float32Array {
  const cosines = new Float32Array((people.length * (people.length - 1)) / 2);
  let count = 0;
  for (const [index, { embeddings }] of people.entries())
    for (const other of people.slice(index + 1)) {
      let cosine = 0;
      for (let at = 0; at < 512; at += 1) cosine += embeddings[0][at] * other.embeddings[0][at];
      cosines[count] = cosine;
      count += 1;
    }
  return cosines.sort();
}

/**
 * False match rate of one photo against one at each level: the design's table, measured over 200,000 pairs of people
 * the mean was not fitted on.
 */
const falseMatchRates = { 1: 1.1e-2, 2: 2.1e-3, 3: 4.8e-4, 4: 9.5e-5, 5: 5e-5, 6: 2.5e-5, 7: 1e-5, 8: 5e-6 };

/** Prints the constants of `src/token/mean.ts` and `src/token/levels.ts`. */
export const fit: EvalProgram = {
  about: 'constants of the token, fitted on one half of the people',
  async run(say) {
    const { fit: people } = await embedHalves(say);
    const cosines = impostorCosines(people);
    return {
      people: people.length,
      photos: people.reduce((sum, { embeddings }) => sum + embeddings.length, 0),
      meanInMillionths: meanOver(people).map((value) => Math.round(value * 1e6)),
      levels: accuracies.map((accuracy) => {
        const rate = falseMatchRates[accuracy];
        const cosine = cosines[Math.floor(cosines.length * (1 - rate)) - 1];
        const { messageBits } = levels[accuracy];
        return { accuracy, messageBits, falseMatchRate: rate, cosine: Math.round(cosine * 1000) / 1000 };
      }),
    };
  },
};
