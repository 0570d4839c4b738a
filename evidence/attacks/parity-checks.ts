import type { Chance } from '../../src/core/base/chance.js';
import { codeLength } from '../../src/face/token/polar.js';

/** Two or four positions whose bits sum to 0 in every code word. */
export type ParityCheck = readonly number[];

/**
 * Returns the parity checks of weight two and four, or a sample of them. A check is a set of generator matrix columns
 * that sum to 0.
 */
export function parityChecksOf(positions: Uint16Array, chance: Chance, mostChecks: number): ParityCheck[] {
  const columns = Array.from({ length: codeLength }, (_, column) =>
    positions.reduce((sum, row, at) => ((row & column) === column ? sum | (1n << BigInt(at)) : sum), 0n),
  );
  const bySum = new Map<bigint, [number, number][]>();
  for (let a = 0; a < codeLength; a += 1)
    for (let b = a + 1; b < codeLength; b += 1) {
      const sum = columns[a] ^ columns[b];
      const pairs = bySum.get(sum) ?? [];
      pairs.push([a, b]);
      bySum.set(sum, pairs);
    }
  const twos = bySum.get(0n) ?? [];
  bySum.delete(0n);
  const groups = [...bySum.values()].filter((pairs) => pairs.length > 1);
  // Four positions form pairs in three ways, of which one is counted.
  const total = groups.reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0) / 3;
  const keep = Math.min(1, mostChecks / total);
  const fours: ParityCheck[] = [];
  for (const pairs of groups)
    for (const [index, [a, b]] of pairs.entries())
      for (const [c, d] of pairs.slice(index + 1)) {
        if (b < c && (keep === 1 || chance.below(1_000_000) < keep * 1_000_000)) fours.push([a, b, c, d]);
      }
  return [...twos, ...fours];
}
