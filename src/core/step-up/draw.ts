import type { Random } from '../ports.js';

/** Draws a number below a bound of at most 256, each as likely: bytes that would favour the first ones are drawn anew. */
export function drawBelow(bound: number, random: Random): number {
  const fair = 256 - (256 % bound);
  for (;;) {
    const [byte = 255] = random(1);
    if (byte < fair) return byte % bound;
  }
}
