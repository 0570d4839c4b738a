import type { Random } from './ports.js';

/** Draws an unbiased number below `bound`, which is at most 256. */
export function drawBelow(bound: number, random: Random): number {
  const fair = 256 - (256 % bound);
  for (;;) {
    const [byte = 255] = random(1);
    if (byte < fair) return byte % bound;
  }
}

/** Numbers from which to choose. `code` is the right number, which another screen shows or the help desk reads out. */
export interface DrawnChoices {
  readonly choices: string[];
  readonly code: string;
}

const choicesOffered = 3;

/** Draws three numbers of two digits. A guess succeeds one time in three. */
export function drawChoices(random: Random): DrawnChoices {
  const drawn = new Set<string>();
  while (drawn.size < choicesOffered) drawn.add(String(10 + drawBelow(90, random)));
  const choices = [...drawn];
  return { choices, code: choices[drawBelow(choices.length, random)] ?? '' };
}
