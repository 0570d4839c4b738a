import { accuracies } from '../../src/token/parameters.js';
import { type EmbeddedPerson, embedHalves } from '../corpus/people.js';
import type { EvalProgram } from '../program.js';

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
 * What share of strangers a level's cosine may let through on the people it is fitted on. Half of what levels 4 and 6
 * promise, so that the promise also holds on others; beyond 5e-6 five pairs would decide.
 */
const falseMatchRates = { 1: 1e-2, 2: 2e-3, 3: 4e-4, 4: 5e-5, 5: 2.5e-5, 6: 1.25e-5, 7: 7e-6, 8: 5e-6 };

/** Prints what `parameters/engines.json` holds of the current engine, but for the message bits, which are chosen. */
export const fit: EvalProgram = {
  about: 'mean and cosines of parameters/engines.json, fitted on one half of the people',
  async run(say) {
    const { fit: people } = await embedHalves(say);
    const cosines = impostorCosines(people);
    return {
      people: people.length,
      photos: people.reduce((sum, { embeddings }) => sum + embeddings.length, 0),
      pairs: cosines.length,
      meanInMillionths: meanOver(people).map((value) => Math.round(value * 1e6)),
      levels: accuracies.map((accuracy) => {
        const rate = falseMatchRates[accuracy];
        const cosine = cosines[Math.floor(cosines.length * (1 - rate)) - 1];
        return { accuracy, falseMatchRate: rate, cosine: Math.round(cosine * 1000) / 1000 };
      }),
    };
  },
};
