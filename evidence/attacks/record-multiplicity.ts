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

/** @returns `null` if the received word is no code word */
function solve(code: LinearCode, received: Uint8Array): Uint8Array | null {
  const { dimensions, length, rows, words } = code;
  const basis = new Array<Uint32Array | undefined>(dimensions);
  let found = 0;
  for (let at = 0; at < length && found < dimensions; at += 1) {
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
  return isWordOf(code, message, received) ? message : null;
}

/** Returns true if the code maps the message to the received word. */
function isWordOf({ rows, words, length, dimensions }: LinearCode, message: Uint8Array, received: Uint8Array): boolean {
  const packed = new Uint32Array(words);
  for (let at = 0; at < dimensions; at += 1) if (message[at] === 1) packed[at >> 5] |= 1 << (at & 31);
  for (let at = 0; at < length; at += 1) {
    let sum = 0;
    for (let word = 0; word < words; word += 1) sum ^= rows[at * words + word] & packed[word];
    for (let half = 16; half > 0; half >>= 1) sum ^= sum >>> half;
    if (((sum & 1) ^ received[at]) === 1) return false;
  }
  return true;
}

type Unmasked = Pick<BareToken, 'hidden' | 'order'>;

/**
 * Recovers the messages of two tokens of one photo from their difference π₁(c₁) ⊕ π₂(c₂). Both codes contain the
 * all-ones word, so the result may differ from the messages by that word. This is known as attack via record
 * multiplicity.
 * @see https://doi.org/10.1109/SP.2009.24 (Simoens, Tuyls and Preneel)
 * @returns two candidates for the first token's message, of which one is right; `null` if the photos differ
 */
export function solvePair(
  tokens: BareTokens,
  one: Unmasked,
  other: Unmasked,
): readonly [Uint8Array, Uint8Array] | null {
  const bits = tokens.positions.length;
  const words = ({ order }: Unmasked, count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, at) => {
      const word = tokens.encode(Uint8Array.from({ length: bits }, (_, index) => (index === at ? 1 : 0)));
      return Uint8Array.from(order, (position) => word[position]);
    });
  // Both codes contain the all-ones word, so it is left out of the second code's generators.
  const code = toLinearCode([...words(one, bits), ...words(other, bits - 1)]);
  const solved = solve(
    code,
    one.hidden.map((bit, at) => bit ^ other.hidden[at]),
  );
  if (solved === null) return null;
  const message = solved.slice(0, bits);
  return [message, message.map((bit, at) => (at === bits - 1 ? bit ^ 1 : bit))];
}
