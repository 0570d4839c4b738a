import { createSeededRandom } from '../../src/core/base/chance.js';
import {
  candidateCount,
  codeLength,
  createListDecoder,
  messagePositions,
  polarEncode,
} from '../../src/face/token/polar.js';
import {
  createCentre,
  createRotation,
  createViews,
  embeddingLength,
  signBits,
  type ToViews,
} from '../../src/face/token/views.js';
import { dot } from '../measure/statistics/directions.js';
import { type Attack, toClaim, toDigits } from './attack.js';
import { shuffle } from './faces.js';

/** Counts independent equations over GF(2), of which each is one number: one XOR adds two. */
export class Basis {
  readonly #byLength = new Map<number, bigint>();

  get rank(): number {
    return this.#byLength.size;
  }

  /** @returns false if the row depends on earlier rows */
  add(row: bigint): boolean {
    let left = row;
    while (left !== 0n) {
      const length = left.toString(2).length;
      const other = this.#byLength.get(length);
      if (other === undefined) {
        this.#byLength.set(length, left);
        return true;
      }
      left ^= other;
    }
    return false;
  }
}

/** Message bits of the built-in engine at level 4, the minimum for custom engines. */
const messageBits = 120;

const listSize = 16;

function toRows(positions: Uint16Array): bigint[] {
  const rows = Array.from({ length: codeLength }, () => 0n);
  for (let bit = 0; bit < positions.length; bit += 1) {
    const word = polarEncode(
      Uint8Array.from({ length: positions.length }, (_, at) => (at === bit ? 1 : 0)),
      positions,
    );
    for (const [at, value] of word.entries()) if (value === 1) rows[at] |= 1n << BigInt(bit);
  }
  return rows;
}

const positions = messagePositions(messageBits);
const rows = toRows(positions);

const rankOf = (places: readonly number[]): number => {
  const basis = new Basis();
  for (const at of places) basis.add(rows[at]);
  return basis.rank;
};

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

export interface FewNumbers {
  readonly correlation: number;
  /**
   * Number of message bits that follow with certainty, from pairs of sign bits that are always equal or always
   * different.
   */
  readonly certainBits: number;
  /**
   * log2 of the expected tries of an attacker who assumes that correlated sign bits are equal (or different), until all
   * assumptions needed to solve for the message are true.
   */
  readonly equationTries: number;
  /**
   * log2 of the expected tries of an attacker who guesses part of the code word and decodes the rest. `null` if no
   * guess decoded.
   */
  readonly guessTries: number | null;
}

function toMatrix(toViews: ToViews, numbers: number): Float32Array[] {
  const columns = Array.from({ length: numbers }, (_, number) =>
    toViews(Float32Array.from({ length: embeddingLength }, (_value, at) => (at === number ? 1 : 0))),
  );
  return Array.from({ length: codeLength }, (_, bit) => {
    const row = Float32Array.from(columns, (column) => column[bit]);
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });
}

const leastCorrelation = 0.05;

function correlate(matrix: readonly Float32Array[]): { correlation: number; one: number; other: number }[] {
  const pairs = matrix.flatMap((row, one) =>
    matrix.slice(0, one).flatMap((against, other) => {
      const cosine = Math.max(-1, Math.min(1, dot(row, against)));
      const correlation = Math.abs((2 / Math.PI) * Math.asin(cosine));
      return correlation < leastCorrelation ? [] : [{ correlation, one, other }];
    }),
  );
  return pairs.sort((a, b) => b.correlation - a.correlation);
}

/**
 * Attacks tokens of a model with short embeddings, which are padded with zeros. The attacker has the sealing key but no
 * face.
 */
export function attackFewNumbers(numbers: number, isRotated: boolean, draws: number): FewNumbers {
  const chance = createSeededRandom(`few numbers ${numbers}`);
  const centre = createCentre(new Float32Array(embeddingLength), []);
  const toViews = createViews(centre, isRotated ? createRotation(embeddingLength) : null);
  const matrix = toMatrix(toViews, numbers);
  const order = shuffle(
    Uint16Array.from({ length: codeLength }, (_, at) => at),
    chance,
  );
  const pairs = correlate(matrix);
  const basis = new Basis();
  let certainBits = 0;
  let equationTries = 0;
  for (const { correlation, one, other } of pairs) {
    if (!basis.add(rows[order[one]] ^ rows[order[other]])) continue;
    if (correlation > 0.999) certainBits += 1;
    equationTries -= Math.log2((1 + correlation) / 2);
  }
  equationTries += messageBits - basis.rank;

  const bitAt = new Uint16Array(codeLength);
  for (const [bit, at] of order.entries()) bitAt[at] = bit;
  const decoder = createListDecoder(positions, listSize);
  const decodes = (places: readonly number[]): boolean => {
    const face = Float32Array.from({ length: embeddingLength }, (_, at) => (at < numbers ? chance.normal() : 0));
    const hidden = signBits(toViews(face));
    // Uses the zero message, for which the token equals the sign bits. Other messages give equivalent tokens.
    const estimate = new Float32Array(embeddingLength);
    for (const at of places) {
      const bit = bitAt[at];
      for (const [number, value] of matrix[bit].entries()) estimate[number] += hidden[bit] === 1 ? -value : value;
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
  return {
    correlation: pairs[0]?.correlation ?? 0,
    certainBits,
    equationTries,
    guessTries: tries.length === 0 ? null : Math.min(...tries),
  };
}

const counts = [64, 128, 192, 256, 257, 320, 384, 512];

export const fewNumbers: Attack = {
  about: 'a model of one’s own with few numbers: does a token open without a face?',
  run: async ({ size, say }) => {
    const draws = size === 'quick' ? 20 : 200;
    const found = counts.flatMap((numbers) =>
      [false, true].map((isRotated) => {
        say(`${numbers} numbers${isRotated ? ', rotated' : ''}…`);
        return { numbers, isRotated, ...attackFewNumbers(numbers, isRotated, draws) };
      }),
    );
    const taken = found.filter(({ numbers, isRotated }) => numbers > 256 && isRotated);
    const few = found.filter(({ numbers }) => numbers <= 256);
    const most = (values: readonly number[]): number => toDigits(Math.max(...values));
    const least = (values: readonly number[]): number => toDigits(Math.min(...values));
    // If no guess decoded, all message bits must be guessed.
    const guesses = (each: FewNumbers): number => each.guessTries ?? messageBits;
    return {
      figures: { draws, found: found.map((each) => ({ ...each })) },
      table: [
        ['numbers', 'rotated', 'greatest correlation', 'message bits found', 'equations, log2', 'guesses, log2'],
        ...found.map((each) => [
          String(each.numbers),
          each.isRotated ? 'yes' : 'no',
          String(toDigits(each.correlation)),
          String(each.certainBits),
          String(toDigits(each.equationTries)),
          each.guessTries === null ? 'none opened' : String(toDigits(each.guessTries)),
        ]),
      ],
      claims: [
        toClaim(
          'over 256 numbers, rotated: message bits by linear algebra',
          Math.max(...taken.map(({ certainBits }) => certainBits)),
          { atMost: 0 },
        ),
        toClaim('the same: greatest correlation', most(taken.map(({ correlation }) => correlation)), { atMost: 0.25 }),
        toClaim('the same: tries of equations, log2', least(taken.map(({ equationTries }) => equationTries)), {
          atLeast: 80,
        }),
        toClaim('the same: guesses of the code, log2', least(taken.map(guesses)), { atLeast: 24 }),
        toClaim(
          'limit: 64 numbers (refused): guesses of the code, log2',
          least(few.filter(({ numbers, isRotated }) => numbers === 64 && isRotated).map(guesses)),
          { atMost: 16 },
        ),
        toClaim(
          'control: 256 numbers or fewer, not rotated: message bits by linear algebra, of 120',
          Math.min(...few.filter(({ isRotated }) => !isRotated).map(({ certainBits }) => certainBits)),
          { atLeast: messageBits - 1 },
        ),
      ],
      skipped: [],
    };
  },
};
