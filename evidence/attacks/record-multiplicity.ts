import type { BareToken, BareTokens } from '../measure/accuracy/bare-token.js';
import { equationsOf, highestBit, solve } from './code-equations.js';

type Unmasked = Pick<BareToken, 'hidden' | 'order'>;

/**
 * Recovers the messages of two tokens of one photo from their difference π₁(c₁) ⊕ π₂(c₂). Both codes contain the
 * all-ones word, so the result may differ from the messages by that word. This is known as attack via record
 * multiplicity.
 * @see https://doi.org/10.1109/SP.2009.24 (Simoens, Tuyls and Preneel)
 * @returns two candidates for the first token's message, of which one is right; `null` if the photos differ
 */
export function solvePair(
  { positions }: BareTokens,
  one: Unmasked,
  other: Unmasked,
): readonly [Uint8Array, Uint8Array] | null {
  const bits = positions.length;
  const equations = equationsOf(positions);
  // Both codes contain the all-ones word, so the last bit of the second message is left out.
  const withoutLast = (1n << BigInt(bits - 1)) - 1n;
  const difference = Array.from(one.hidden, (bit, at) => {
    const unknowns = ((equations[other.order[at]] & withoutLast) << BigInt(bits)) | equations[one.order[at]];
    return (unknowns << 1n) | BigInt(bit ^ other.hidden[at]);
  });
  const solved = solve(difference);
  if (solved === null || solved.length < 2 * bits - 1) return null;
  const message = new Uint8Array(bits);
  for (const equation of solved) {
    const bit = highestBit(equation) - 1;
    if (bit < bits) message[bit] = Number(equation & 1n);
  }
  return [message, message.map((bit, at) => (at === bits - 1 ? bit ^ 1 : bit))];
}
