import { createSeededRandom } from '../../src/core/base/chance.js';
import { type BareToken, type BareTokens, createBareTokens, viewsOf } from '../measure/accuracy/bare-token.js';
import { round } from '../measure/statistics/proportion.js';
import { type Attack, showWith, toClaim } from './attack.js';
import { cosineOf, createEstimator, createGaussian, meanOf } from './estimator.js';

const openedBits = (tokens: BareTokens, { hidden, order }: BareToken, message: Uint8Array): Uint8Array => {
  const word = tokens.encode(message);
  return hidden.map((bit, at) => bit ^ word[order[at]]);
};

function meanOver(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  const reach = (1.96 * spread) / Math.sqrt(values.length);
  const digits = (value: number): number => Math.round(value * 1000) / 1000;
  return { mean: digits(mean), interval: [digits(mean - reach), digits(mean + reach)] as const };
}

export const reconstruction: Attack = {
  about: 'stolen tokens and keys: how near does the best estimate come to the face?',
  async run({ size, loadFaces, say }) {
    const faces = await loadFaces();
    const isFull = size === 'full';
    const chance = createSeededRandom('reconstruction');
    const tokens = createBareTokens(4, chance);
    const corpus = faces.fit.map(({ embeddings }) => embeddings[0]);
    const people = faces.judge.filter(({ embeddings }) => embeddings.length > 1).slice(0, isFull ? 100 : 3);
    const estimate = createEstimator(corpus);
    const gaussian = createGaussian(corpus, chance);
    const centre = Float32Array.from(meanOf(corpus));
    const guesses = Array.from({ length: isFull ? 300 : 20 }, () => viewsOf([gaussian()]));

    /**
     * Returns the most likely sign bits of a token that the attacker could not open, by decoding it with many random
     * faces.
     */
    const unopened = (token: BareToken): Uint8Array => {
      let best = { likeness: Number.NEGATIVE_INFINITY, bits: token.hidden };
      for (const views of guesses) {
        const soft = new Float32Array(views.length);
        token.order.forEach((position, at) => {
          soft[position] = token.hidden[at] === 1 ? -views[at] : views[at];
        });
        const bits = openedBits(tokens, token, tokens.decode(soft)[0]);
        const likeness =
          bits.reduce((sum, bit, at) => sum + (bit === 1 ? -views[at] : views[at]), 0) / Math.hypot(...views);
        if (likeness > best.likeness) best = { likeness, bits };
      }
      return best.bits;
    };

    say(`Reconstructing ${people.length} faces…`);
    const rows = people.map(({ embeddings: [enrolled, live] }) => {
      const token = tokens.seal(viewsOf([enrolled]));
      const bits = openedBits(tokens, token, token.message);
      return {
        opened: cosineOf(estimate.likeliest(bits), enrolled),
        linear: cosineOf(estimate.linear(bits), enrolled),
        unopened: cosineOf(estimate.likeliest(unopened(token)), enrolled),
        mean: cosineOf(centre, enrolled),
        otherPhoto: cosineOf(live, enrolled),
      };
    });
    const of = (read: (row: (typeof rows)[number]) => number) => meanOver(rows.map(read));
    const opened = of((row) => row.opened);
    const linear = of((row) => row.linear);
    const unopenedMean = of((row) => row.unopened);
    const mean = of((row) => row.mean);
    // An attacker who knows few faces uses the linear estimate, which needs no faces.
    const best = opened.mean > linear.mean ? opened : linear;
    return {
      table: [
        ['estimate', 'cosine with the enrolled face'],
        ...Object.entries({
          'opened, with the distribution of faces': opened,
          'opened, by the transform alone': linear,
          'not opened, likeliest guess': unopenedMean,
          'mean face': mean,
          'another photo of the person': of((row) => row.otherPhoto),
        }).map(([what, { mean: value, interval }]) => [what, showWith(value, interval)]),
      ],
      claims: [
        toClaim('limit: cosine of the estimate, opened token', best.mean, { atLeast: 0.85 }, best.interval),
        toClaim('unopened token and key: cosine beyond that of the mean face', round(unopenedMean.mean - mean.mean), {
          atMost: 0.05,
        }),
      ],
      skipped: [],
    };
  },
};
