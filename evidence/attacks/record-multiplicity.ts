import { createChance } from '../../src/core/base/chance.js';
import type { BareToken, BareTokens } from '../../src/extensions/measuring/accuracy/bare-token.js';
import { codeLength } from '../../src/face/token/polar.js';
import { type Decoded, decodeByInformationSet, toLinearCode } from './linear-code.js';

export type Unmasked = Pick<BareToken, 'hidden' | 'order'>;

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
  const solved: Decoded | null = decodeByInformationSet(code, received, {
    near: Math.floor(nearShare * codeLength),
    mostTries,
    chance: createChance('information sets'),
  });
  if (solved === null) return null;
  const message = solved.message.slice(0, bits);
  const turned = message.map((bit, at) => (at === bits - 1 ? bit ^ 1 : bit));
  return { tries: solved.tries, first: [message, turned] };
}
