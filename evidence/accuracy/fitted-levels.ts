import { leastExpected } from './unprotected.js';

export interface CountedLength {
  readonly bits: number;
  readonly rate: number;
  readonly pairsOfPeople: number;
}

/** Maximum message length. Longer messages reject almost every genuine user. */
export const mostBits = 192;

/**
 * Effect of a message bit after the first 64 on the logarithm of the false match rate, relative to the effect of one of
 * the first 64. Measured on the built-in model (docs/token-format.md).
 */
const laterShare = 0.7;
const leastGain = 0.02;

const toLog = (rate: number): number => Math.log10(rate);
const toMultipleOf4 = (bits: number): number => Math.ceil(bits / 4) * 4;

/**
 * Returns the shortest message length, at least `least`, whose false match rate is at most `rate`.
 * @param counted - by bits, ascending; lengths with fewer than three passing pairs of people are ignored
 * @returns a multiple of 4; more than `mostBits` if no length suffices
 */
export function chooseBits(counted: readonly CountedLength[], rate: number, least: number): number {
  const told = counted.filter(({ pairsOfPeople }) => pairsOfPeople >= leastExpected);
  const [first, last] = [told[0], told.at(-1)];
  if (first === undefined || last === undefined) return least;
  if (first.rate <= rate) return first.bits;
  const after = told.findIndex((each) => each.rate <= rate);
  if (after !== -1) {
    const [above, below] = [told[after - 1], told[after]];
    const share = (toLog(above.rate) - toLog(rate)) / (toLog(above.rate) - toLog(below.rate));
    return toMultipleOf4(above.bits + share * (below.bits - above.bits));
  }
  const counting = first === last ? 0 : (toLog(first.rate) - toLog(last.rate)) / (last.bits - first.bits);
  const gain = Math.max(laterShare * counting, leastGain);
  return Math.max(least, toMultipleOf4(last.bits + (toLog(last.rate) - toLog(rate)) / gain));
}

/**
 * Returns the cosine that the share `rate` of impostors exceeds. Rates too small to measure are extrapolated.
 * @param descending - impostor cosines, highest first
 */
export function chooseCosine(descending: Float32Array, rate: number): number {
  const { length } = descending;
  const at = (share: number): number => descending[Math.min(length - 1, Math.floor(share * length))];
  const least = leastExpected / length;
  if (rate >= least) return at(Math.max(rate, least));
  const aDecade = at(least) - at(Math.min(1, 10 * least));
  return Math.min(1, at(least) + aDecade * (toLog(least) - toLog(rate)));
}
