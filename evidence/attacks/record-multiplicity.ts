import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import { codeLength } from '../../src/face/token/polar.js';
import type { BareToken, BareTokens } from '../measure/accuracy/bare-token.js';

interface LinearCode {
  readonly dimensions: number;
  readonly length: number;
  /**
   * One row for each position of the code word: a bit mask, in `words` 32-bit words, of the message bits whose sum is
   * the code bit.
   */
  readonly rows: Uint32Array;
  readonly words: number;
}

/** Creates a code from its generators, the code words of unit messages. */
function toLinearCode(generators: readonly Uint8Array[]): LinearCode {
  const [{ length }] = generators;
  const words = Math.ceil((generators.length + 1) / 32);
  const rows = new Uint32Array(length * words);
  generators.forEach((word, dimension) => {
    word.forEach((bit, at) => {
      if (bit === 1) rows[at * words + (dimension >> 5)] |= 1 << (dimension & 31);
    });
  });
  return { dimensions: generators.length, length, rows, words };
}

/** @returns `null` if the positions do not determine the message */
function solve(code: LinearCode, received: Uint8Array, order: Uint16Array): Uint8Array | null {
  const { dimensions, rows, words } = code;
  const basis = new Array<Uint32Array | undefined>(dimensions);
  let found = 0;
  for (const at of order) {
    const row = rows.slice(at * words, (at + 1) * words);
    if (received[at] === 1) row[dimensions >> 5] ^= 1 << (dimensions & 31);
    let isNew = false;
    for (let word = 0; word < words && !isNew; word += 1) {
      let left = row[word];
      while (left !== 0) {
        const dimension = (word << 5) | (31 - Math.clz32(left & -left));
        if (dimension >= dimensions) break;
        const pivot = basis[dimension];
        if (pivot === undefined) {
          basis[dimension] = row;
          found += 1;
          isNew = true;
          break;
        }
        for (let next = word; next < words; next += 1) row[next] ^= pivot[next];
        left = row[word];
      }
    }
    if (found === dimensions) break;
  }
  if (found < dimensions) return null;
  const message = new Uint8Array(dimensions);
  for (let dimension = dimensions - 1; dimension >= 0; dimension -= 1) {
    const row = basis[dimension];
    if (row === undefined) return null;
    let bit = (row[dimensions >> 5] >>> (dimensions & 31)) & 1;
    for (let next = dimension + 1; next < dimensions; next += 1)
      bit ^= (row[next >> 5] >>> (next & 31)) & 1 & message[next];
    message[dimension] = bit;
  }
  return message;
}

/**
 * Information-set decoding: guesses error-free positions until the resulting code word is near enough to the received
 * word. If a share ε of positions has errors, a try succeeds with probability about (1 − ε)^dimensions.
 * @see https://doi.org/10.1109/TIT.1962.1057777 (Prange)
 */
function decodeByInformationSet(
  code: LinearCode,
  received: Uint8Array,
  { near, mostTries, chance }: { readonly near: number; readonly mostTries: number; readonly chance: SeededRandom },
) {
  const order = Uint16Array.from({ length: code.length }, (_, at) => at);
  for (let tries = 1; tries <= mostTries; tries += 1) {
    for (let at = 0; at < Math.min(code.length - 1, code.dimensions * 2); at += 1) {
      const chosen = at + chance.below(code.length - at);
      [order[at], order[chosen]] = [order[chosen], order[at]];
    }
    const message = solve(code, received, order);
    if (message === null) return null;
    const differing = countDiffering(code, received, message, near);
    if (differing <= near) return { message, tries };
  }
  return null;
}

function countDiffering(
  { rows, words, length, dimensions }: LinearCode,
  received: Uint8Array,
  message: Uint8Array,
  near: number,
): number {
  const packed = new Uint32Array(words);
  for (let at = 0; at < dimensions; at += 1) if (message[at] === 1) packed[at >> 5] |= 1 << (at & 31);
  let differing = 0;
  for (let at = 0; at < length && differing <= near; at += 1) {
    let sum = 0;
    for (let word = 0; word < words; word += 1) sum ^= rows[at * words + word] & packed[word];
    sum ^= sum >>> 16;
    sum ^= sum >>> 8;
    sum ^= sum >>> 4;
    sum ^= sum >>> 2;
    sum ^= sum >>> 1;
    differing += (sum & 1) ^ received[at];
  }
  return differing;
}

type Unmasked = Pick<BareToken, 'hidden' | 'order'>;

/**
 * Maximum share of differing positions between two photos of one person. A random code word differs in more than a
 * third of the positions.
 */
const nearShare = 0.28;

export interface SolvedPair {
  readonly tries: number;
  /** Two candidates for the first token's message, of which one is right. */
  readonly first: readonly [Uint8Array, Uint8Array];
}

/**
 * Recovers the messages of two tokens of one face from their difference π₁(c₁) ⊕ π₂(c₂). Both codes contain the
 * all-ones word, so the result may differ from the messages by that word. This is known as attack via record
 * multiplicity.
 * @see https://doi.org/10.1109/SP.2009.24 (Simoens, Tuyls and Preneel)
 */
export function solvePair(tokens: BareTokens, one: Unmasked, other: Unmasked, mostTries: number): SolvedPair | null {
  const bits = tokens.positions.length;
  const words = ({ order }: Unmasked, count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, at) => {
      const word = tokens.encode(Uint8Array.from({ length: bits }, (_, index) => (index === at ? 1 : 0)));
      return Uint8Array.from(order, (position) => word[position]);
    });
  // Both codes contain the all-ones word, so it is left out of the second code's generators.
  const code = toLinearCode([...words(one, bits), ...words(other, bits - 1)]);
  const received = one.hidden.map((bit, at) => bit ^ other.hidden[at]);
  const solved = decodeByInformationSet(code, received, {
    near: Math.floor(nearShare * codeLength),
    mostTries,
    chance: createSeededRandom('information sets'),
  });
  if (solved === null) return null;
  const message = solved.message.slice(0, bits);
  const turned = message.map((bit, at) => (at === bits - 1 ? bit ^ 1 : bit));
  return { tries: solved.tries, first: [message, turned] };
}
