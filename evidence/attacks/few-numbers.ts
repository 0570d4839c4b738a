import { createSeededRandom } from '../../src/core/base/chance.js';
import { candidateCount, codeLength, createListDecoder, messagePositions } from '../../src/face/token/polar.js';
import { createCentre, createRotation, createViews, embeddingLength, signBits } from '../../src/face/token/views.js';
import { round } from '../measure/statistics/proportion.js';
import { type Attack, toClaim } from './attack.js';
import { equationsOf, solve } from './code-equations.js';
import { shuffle } from './faces.js';

/** Message bits of the built-in engine at level 4, the minimum for custom engines. */
const messageBits = 120;

const listSize = 16;

const positions = messagePositions(messageBits);

const equations = equationsOf(positions);

/** Counts the independent equations over GF(2) that some positions of the code word give. */
const rankOf = (places: readonly number[]): number => solve(places.map((at) => equations[at] << 1n))?.length ?? 0;

function cheapestPositions(dimensions: number): readonly number[] {
  const digits = Math.log2(codeLength);
  const candidates: number[][] = [];
  for (let mask = 0; mask < codeLength; mask += 1) {
    const free = Array.from({ length: digits }, (_, at) => 1 << at).filter((each) => (mask & each) !== 0);
    if (free.length !== dimensions) continue;
    for (const fixed of [0, codeLength - 1 - mask]) {
      const places = [fixed];
      for (const each of free) places.push(...places.map((at) => at | each));
      candidates.push(places);
    }
  }
  const ranks = candidates.map(rankOf);
  return candidates[ranks.indexOf(Math.min(...ranks))];
}

const guessed = [4, 5, 6, 7].map(cheapestPositions);

/**
 * Attacks tokens of a model with short embeddings, which are padded with zeros. The attacker has the sealing key but no
 * face, guesses part of the code word, and decodes the rest.
 * @returns log2 of the expected tries; of all message bits if no guess decoded
 */
export function guessFewNumbers(numbers: number, draws: number): number {
  const chance = createSeededRandom(`few numbers ${numbers}`);
  const centre = createCentre(new Float32Array(embeddingLength), []);
  const toViews = createViews(centre, createRotation(embeddingLength));
  const unit = (number: number) => Float32Array.from({ length: embeddingLength }, (_, at) => (at === number ? 1 : 0));
  const columns = Array.from({ length: numbers }, (_, number) => toViews(unit(number)));
  const lengths = Array.from({ length: codeLength }, (_, bit) => Math.hypot(...columns.map((column) => column[bit])));
  const order = shuffle(
    Uint16Array.from({ length: codeLength }, (_, at) => at),
    chance,
  );
  const bitAt = new Uint16Array(codeLength);
  for (const [bit, at] of order.entries()) bitAt[at] = bit;
  const decoder = createListDecoder(positions, listSize);
  const decodes = (places: readonly number[]): boolean => {
    const face = Float32Array.from({ length: embeddingLength }, (_, at) => (at < numbers ? chance.normal() : 0));
    const hidden = signBits(toViews(face));
    // Uses the zero message, for which the token equals the sign bits. Other messages give equivalent tokens.
    const estimate = new Float32Array(embeddingLength);
    for (const bit of places.map((at) => bitAt[at])) {
      const sign = hidden[bit] === 1 ? -1 : 1;
      for (const [number, column] of columns.entries()) estimate[number] += (sign * column[bit]) / lengths[bit];
    }
    const views = toViews(estimate);
    const soft = new Float32Array(codeLength);
    for (const [bit, at] of order.entries()) soft[at] = hidden[bit] === 1 ? -views[bit] : views[bit];
    const messages = new Uint8Array(candidateCount * messageBits);
    decoder.decode(soft, messages);
    return Array.from({ length: candidateCount }, (_, at) => at * messageBits).some((from) =>
      messages.subarray(from, from + messageBits).every((bit) => bit === 0),
    );
  };
  const tries = guessed.flatMap((places) => {
    const opened = Array.from({ length: draws }, () => decodes(places)).filter(Boolean).length;
    return opened === 0 ? [] : [rankOf(places) - Math.log2(opened / draws)];
  });
  return Math.min(messageBits, ...tries);
}

const counts = [64, 128, 192, 256, 257, 320, 384, 512];

export const fewNumbers: Attack = {
  about: 'a model of one’s own with few numbers: does a token open without a face?',
  run: async ({ size, say }) => {
    const found = counts.map((numbers) => {
      say(`${numbers} numbers…`);
      return { numbers, guesses: round(guessFewNumbers(numbers, size === 'quick' ? 20 : 200)) };
    });
    const taken = found.filter(({ numbers }) => numbers > 256).map(({ guesses }) => guesses);
    return {
      table: [
        ['numbers', 'guesses, log2'],
        ...found.map(({ numbers, guesses }) => [
          String(numbers),
          guesses === messageBits ? 'none opened' : String(guesses),
        ]),
      ],
      claims: [
        toClaim('over 256 numbers: guesses of the code, log2', Math.min(...taken), { atLeast: 24 }),
        toClaim('limit: 64 numbers (refused): guesses of the code, log2', found[0].guesses, { atMost: 16 }),
      ],
      skipped: [],
    };
  },
};
