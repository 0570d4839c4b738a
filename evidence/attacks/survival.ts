import type { Chance } from '../statistics/chance.js';

/** One search for a face that opens a token. */
export interface Search {
  /** How many faces were tried, the one that opened it included. */
  readonly guesses: number;
  /** Whether one did; if not, the thief ran out of faces. */
  readonly opened: boolean;
}

/** After how many guesses half of the searches have ended. */
export interface Median {
  readonly guesses: number;
  /** 95 %, by bootstrap over tokens. */
  readonly interval: readonly [number, number];
  /** Whether half of the searches did end; where not, the rate so far is drawn on. */
  readonly isReached: boolean;
}

/**
 * Kaplan and Meier's estimate of the median, which takes the searches that ran out of faces into account.
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

/** As if each guess were as good as another. Half an opening is added, so that none still gives a number. */
function fromRate(searches: readonly Search[]): number {
  const opened = searches.filter((each) => each.opened).length;
  const guesses = searches.reduce((sum, each) => sum + each.guesses, 0);
  return Math.round((Math.LN2 * guesses) / (opened + 0.5));
}

const resamples = 1000;

/** The median number of guesses. */
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
