import { leastExpected } from './unprotected.js';

export interface CountedLength {
  readonly bits: number;
  readonly rate: number;
  readonly pairsOfPeople: number;
}

/** Longer messages refuse almost everyone. */
export const mostBits = 192;

/**
 * From the built-in model (docs/token-format.md, one photo against one): from 64 to 128 bits a bit gains seven tenths,
 * in decades, of its gain from 32 to 64.
 */
const laterShare = 0.7;
const leastGain = 0.02;

const toLog = (rate: number): number => Math.log10(rate);
const toMultipleOf4 = (bits: number): number => Math.ceil(bits / 4) * 4;

/**
 * Returns the fewest bits with at most `rate`, and at least `least`: log-linear, extrapolated by `laterShare`.
 * @param counted - by bits, ascending; lengths with fewer than three passing pairs of people are ignored
 * @returns a multiple of 4; more than `mostBits` if none suffices
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
 * Returns the cosine with an impostor rate of `rate`; beyond the data log-linear.
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
