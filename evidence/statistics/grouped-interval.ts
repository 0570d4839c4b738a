import type { Interval } from './bootstrap.js';
import { toExactInterval } from './exact-interval.js';

/** A rate of trials that go together by group: all those of one person, or of the same two people. */
export interface GroupedRate {
  readonly errors: number;
  readonly trials: number;
  /** By bootstrap over people. */
  readonly interval: Interval | null;
  /** Groups with a trial, and of these the ones with an error. */
  readonly groups: number;
  readonly groupsWithError: number;
}

/** Where errors fall on fewer groups than this, a bootstrap has too little to draw from. */
export const fewestForBootstrap = 10;

/**
 * The 95 % interval of a rate, and how it came about: by bootstrap, or, where errors fall on few groups or none, exact for as many
 * independent trials as there are groups. That takes trials of one group for one trial, which errs to the wide side; pairs of people that
 * share a person are taken for independent, which does not.
 */
export function toGroupedInterval({ errors, trials, interval, groups, groupsWithError }: GroupedRate): {
  readonly interval: Interval | null;
  readonly by: 'bootstrap' | 'exact' | null;
} {
  if (trials === 0) return { interval: null, by: null };
  if (interval !== null && groupsWithError >= fewestForBootstrap) return { interval, by: 'bootstrap' };
  return { interval: toExactInterval((errors / trials) * groups, groups), by: 'exact' };
}
