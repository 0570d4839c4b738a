import { codeLength } from '../../src/token/polar.js';
import type { BareToken, BareTokens } from '../accuracy/bare-token.js';
import { createChance } from '../statistics/chance.js';
import { type Decoded, decodeByInformationSet, toLinearCode } from './linear-code.js';

/** A token whose mask is off. */
export type Unmasked = Pick<BareToken, 'hidden' | 'order'>;

/** Words of chance differ in a good third of the positions at least; two photos of one person in a quarter or so. */
const nearShare = 0.28;

/** What was solved for: both messages, the second without its last bit. */
export interface SolvedPair {
  readonly tries: number;
  /** The first token's message, and as it is where the word of ones was counted to the face: one of the two is right. */
  readonly first: readonly [Uint8Array, Uint8Array];
}

/**
 * The messages of two tokens of one face, from what the tokens differ in: π₁(c₁) ⊕ π₂(c₂), and the bits in which the photos
 * differ. The word of ones is in both codes, so both messages may be turned round by it at once.
 * Known as an attack via record multiplicity.
 * @see https://doi.org/10.1109/SP.2009.24 (Simoens, Tuyls and Preneel)
 */
export function solvePair(tokens: BareTokens, one: Unmasked, other: Unmasked, mostTries: number): SolvedPair | null {
  const bits = tokens.positions.length;
  const words = ({ order }: Unmasked, count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, at) => {
      const word = tokens.encode(Uint8Array.from({ length: bits }, (_, index) => (index === at ? 1 : 0)));
      return Uint8Array.from(order, (position) => word[position]);
    });
  // The last position's row is the word of ones: of the second token it is left out.
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
