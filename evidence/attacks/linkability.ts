import type { SeededRandom } from '../../src/core/base/chance.js';
import { shuffle } from './faces.js';

export const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((bit, at) => bit ^ b[at]);

export const ones = (bits: Uint8Array): number => bits.reduce((sum, bit) => sum + bit, 0);

/** Returns the Hamming distance. */
export const distance = (a: Uint8Array, b: Uint8Array): number => ones(xor(a, b));

const bins = 20;

function toBins(scores: readonly number[]): Uint8Array {
  const sorted = [...scores].sort((a, b) => a - b);
  const edges = [
    ...new Set(Array.from({ length: bins - 1 }, (_, at) => sorted[Math.floor(((at + 1) * scores.length) / bins)])),
  ];
  return Uint8Array.from(scores, (score) => {
    let bin = 0;
    while (bin < edges.length && score >= edges[bin]) bin += 1;
    return bin;
  });
}

/** Returns D_sys of binned scores, of which the first `mated` belong to mated pairs. */
function dSysOf(binned: Uint8Array, mated: number): number {
  const same = new Float64Array(bins);
  const other = new Float64Array(bins);
  for (let at = 0; at < binned.length; at += 1) {
    if (at < mated) same[binned[at]] += 1 / mated;
    else other[binned[at]] += 1 / (binned.length - mated);
  }
  return same.reduce((sum, share, bin) => {
    if (share <= other[bin]) return sum;
    const ratio = share / other[bin];
    return sum + share * (other[bin] === 0 ? 1 : (2 * ratio) / (1 + ratio) - 1);
  }, 0);
}

/**
 * Returns the global linkability D_sys of ISO/IEC 30136: 0 for equal score distributions, 1 for disjoint ones.
 * @see https://doi.org/10.1109/TIFS.2017.2788000
 */
export const linkability = (mated: readonly number[], nonMated: readonly number[]): number =>
  dSysOf(toBins([...mated, ...nonMated]), mated.length);

const resamples = 200;
const mixes = 1000;

export function measureLinkability(mated: readonly number[], nonMated: readonly number[], chance: SeededRandom) {
  const draw = (scores: readonly number[]): number[] => scores.map(() => scores[chance.below(scores.length)]);
  const dSys = linkability(mated, nonMated);
  // Resampling increases D_sys slightly, so only the spread of the resamples is used.
  const drawn = Array.from({ length: resamples }, () => linkability(draw(mated), draw(nonMated)));
  const centre = drawn.reduce((sum, value) => sum + value, 0) / resamples;
  const spread = Math.sqrt(drawn.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (resamples - 1));
  const binned = toBins([...mated, ...nonMated]);
  const byChance = Array.from({ length: mixes }, () => dSysOf(shuffle(binned, chance), mated.length));
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    pairs: mated.length,
    dSys: round(dSys),
    /** 95 % interval, by bootstrap over pairs. */
    interval: [round(Math.max(0, dSys - 1.96 * spread)), round(Math.min(1, dSys + 1.96 * spread))] as const,
    /** D_sys of shuffled scores: mean and maximum. */
    chance: {
      mean: round(byChance.reduce((sum, value) => sum + value, 0) / mixes),
      most: round(Math.max(...byChance)),
    },
  };
}
