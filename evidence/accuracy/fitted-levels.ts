import { leastExpected } from './unprotected.js';

/* What a level demands, read off curves that were counted; and beyond what could be counted, more than the curve says. */

/** How many strangers a length of message lets in. */
export interface CountedLength {
  readonly bits: number;
  readonly rate: number;
  /** Pairs of people behind it, of whom at least one pair of photos passed. */
  readonly pairsOfPeople: number;
}

/** Longer messages refuse nearly everybody. */
export const mostBits = 192;

/**
 * What is known of how our own model's curve goes on (docs/token-format.md, one photo against one): from 64 to 128 bits a bit gains
 * seven tenths, in decades, of what it gains from 32 to 64, and from 112 to 128 a fiftieth of a decade.
 */
const laterShare = 0.7;
const leastGain = 0.02;

const toLog = (rate: number): number => Math.log10(rate);
const toMultipleOf4 = (bits: number): number => Math.ceil(bits / 4) * 4;

/**
 * The fewest bits that let in no more than `rate`: between counted lengths linear in the logarithm of the rate. Beyond them
 * every bit is taken to gain seven tenths of what it gained before, as it is with our own model, whose curve can be seen
 * further down. And there it is never fewer than `least`.
 * @param counted - by bits, ascending; lengths that fewer than three pairs of people passed tell nothing
 * @returns a multiple of 4, more than `mostBits` where none is enough
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
 * The cosine that lets in `rate` of strangers; beyond what can be counted, linear in the logarithm of the rate, as it is
 * between one in ten and one in a hundred of what can.
 * @param descending - cosines of strangers, highest first
 */
export function chooseCosine(descending: Float32Array, rate: number): number {
  const { length } = descending;
  const at = (share: number): number => descending[Math.min(length - 1, Math.floor(share * length))];
  const least = leastExpected / length;
  if (rate >= least) return at(Math.max(rate, least));
  const aDecade = at(least) - at(Math.min(1, 10 * least));
  return Math.min(1, at(least) + aDecade * (toLog(least) - toLog(rate)));
}
