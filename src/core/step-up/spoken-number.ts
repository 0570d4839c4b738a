import type { Random } from '../ports.js';
import { drawBelow } from './draw.js';

/** Numbers to choose among, and the one of them that is told by another way than the link. */
export interface DrawnChoices {
  readonly choices: string[];
  readonly code: string;
}

const choicesOffered = 3;

/** Two digits, none the same: three with a chance of one in three for whoever guesses, once. */
export function drawChoices(random: Random): DrawnChoices {
  const drawn = new Set<string>();
  while (drawn.size < choicesOffered) drawn.add(String(10 + drawBelow(90, random)));
  const choices = [...drawn];
  return { choices, code: choices[drawBelow(choices.length, random)] ?? '' };
}
