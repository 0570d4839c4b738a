import { candidateCount } from '../../../src/token/list-decoder.js';
import { codeLength } from '../../../src/token/polar.js';
import { createBareTokensOf, messageBitsOf, viewsOf } from '../../accuracy/bare-token.js';
import { type EmbeddedPerson, embedHalves } from '../../corpus/people.js';
import { createChance } from '../../statistics/chance.js';
import type { EvalProgram } from '../program.js';

const settings = [
  { accuracy: 4, photos: 1 },
  { accuracy: 4, photos: 3 },
  { accuracy: 6, photos: 3 },
  { accuracy: 8, photos: 3 },
] as const;

/** Limits the trials per person, so that people with many photos do not dominate. */
const mostOfAPerson = 20;

function* genuineOf({ embeddings }: EmbeddedPerson, photos: number) {
  for (let from = 0; from + photos <= embeddings.length; from += 1)
    for (const [at, live] of embeddings.entries())
      if (at < from || at >= from + photos) yield { enrolled: embeddings.slice(from, from + photos), live };
}

/**
 * Measures the position of the right message in the decoder's list of messages. Every message that a verification tries
 * costs an Argon2id computation.
 */
export const candidates: EvalProgram = {
  about: "where the right message stands among the decoder's candidates",
  async run(say) {
    const { judge } = await embedHalves(say);
    return {
      candidates: candidateCount,
      settings: settings.map(({ accuracy, photos }) => {
        const bits = messageBitsOf(accuracy, photos);
        const tokens = createBareTokensOf(bits, createChance(`candidates ${bits}`));
        const places = Array.from({ length: candidateCount }, () => 0);
        let comparisons = 0;
        for (const person of judge)
          for (const { enrolled, live } of [...genuineOf(person, photos)].slice(0, mostOfAPerson)) {
            const { message, hidden, order } = tokens.seal(viewsOf(enrolled));
            const soft = new Float32Array(codeLength);
            for (const [at, value] of viewsOf([live]).entries()) soft[order[at]] = hidden[at] === 1 ? -value : value;
            const place = tokens.decode(soft).findIndex((found) => Buffer.compare(found, message) === 0);
            if (place >= 0) places[place] += 1;
            comparisons += 1;
          }
        return { accuracy, photos, bits, comparisons, places };
      }),
    };
  },
};
