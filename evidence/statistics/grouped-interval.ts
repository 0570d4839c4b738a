import type { Interval } from './bootstrap.js';
import { toExactInterval } from './exact-interval.js';

export interface GroupedRate {
  readonly errors: number;
  readonly trials: number;
  readonly interval: Interval | null;
  /** Number of groups with trials, and with errors. */
  readonly groups: number;
  readonly groupsWithError: number;
}

/** Minimum number of groups with errors for a bootstrap. */
export const fewestForBootstrap = 10;

/**
 * Returns a rate's 95 % interval and its method. If few groups have errors, the interval is exact over groups instead
 * of a bootstrap. The exact interval is conservative within groups, but treats pairs that share a person as
 * independent.
 */
export function toGroupedInterval({ errors, trials, interval, groups, groupsWithError }: GroupedRate): {
  readonly interval: Interval | null;
  readonly by: 'bootstrap' | 'exact' | null;
} {
  if (trials === 0) return { interval: null, by: null };
  if (interval !== null && groupsWithError >= fewestForBootstrap) return { interval, by: 'bootstrap' };
  return { interval: toExactInterval((errors / trials) * groups, groups), by: 'exact' };
}
