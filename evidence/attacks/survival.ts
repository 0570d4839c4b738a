import type { Chance } from '../../src/core/base/chance.js';

export interface Search {
  readonly guesses: number;
  readonly opened: boolean;
}

export interface Median {
  readonly guesses: number;
  readonly interval: readonly [number, number];
  /** False if the median is extrapolated, because fewer than half of the tokens opened. */
  readonly isReached: boolean;
}

/**
 * Returns Kaplan and Meier's median, which accounts for searches that ended without success.
 * @see https://doi.org/10.1080/01621459.1958.10501452
 */
function kaplanMeier(searches: readonly Search[]): number | null {
  const sorted = [...searches].sort((a, b) => a.guesses - b.guesses || Number(b.opened) - Number(a.opened));
  let surviving = 1;
  for (const [index, { guesses, opened }] of sorted.entries()) {
    if (opened) surviving *= 1 - 1 / (sorted.length - index);
    if (surviving <= 0.5) return guesses;
  }
  return null;
}

/** Returns the median at a constant rate of success. Half a success is added, so that zero successes give a number. */
function fromRate(searches: readonly Search[]): number {
  const opened = searches.filter((each) => each.opened).length;
  const guesses = searches.reduce((sum, each) => sum + each.guesses, 0);
  return Math.round((Math.LN2 * guesses) / (opened + 0.5));
}

const resamples = 1000;

export function medianGuesses(searches: readonly Search[], chance: Chance): Median {
  const reached = kaplanMeier(searches);
  const estimate = (from: readonly Search[]): number => (reached === null ? null : kaplanMeier(from)) ?? fromRate(from);
  const drawn = Array.from({ length: resamples }, () =>
    estimate(searches.map(() => searches[chance.below(searches.length)])),
  ).sort((a, b) => a - b);
  return {
    guesses: estimate(searches),
    interval: [drawn[Math.floor(resamples * 0.025)], drawn[Math.floor(resamples * 0.975)]],
    isReached: reached !== null,
  };
}
