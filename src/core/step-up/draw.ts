import type { Random } from '../ports.js';

/** Draws an unbiased number below `bound`, which is at most 256. */
export function drawBelow(bound: number, random: Random): number {
  const fair = 256 - (256 % bound);
  for (;;) {
    const [byte = 255] = random(1);
    if (byte < fair) return byte % bound;
  }
}
