import type { CoreDeps } from '../core/deps.js';
import { countIn, secLeftOf, windowOf } from '../core/limits/window.js';
import type { Application } from './applications.js';

/** Whose requests are counted together, and how many they may be. */
export type Quota = Pick<Application, 'id' | 'perMinute' | 'perDay'>;

/** The windows of the clock that requests are counted in, the shorter first: what it refuses costs nothing of the other. */
const windows = [
  { name: 'minute', sec: 60, quotaOf: ({ perMinute }: Quota): number => perMinute },
  { name: 'day', sec: 24 * 60 * 60, quotaOf: ({ perDay }: Quota): number => perDay },
] as const;

/** How one quota stands after a request was counted. */
export interface QuotaUse {
  readonly name: (typeof windows)[number]['name'];
  readonly quota: number;
  readonly windowSec: number;
  /** Requests that may still be made in this window. */
  readonly left: number;
  /** Whole seconds until the window ends, from 1. */
  readonly resetSec: number;
  /** Whether the request was one too many. */
  readonly isExceeded: boolean;
}

/**
 * Counts one request, over all replicas, before anything is done for it.
 * @returns one for each quota that was looked at: none after one that is exceeded
 * @throws FaceError `state_unavailable`
 */
export async function countRequest(
  quota: Quota,
  deps: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<readonly QuotaUse[]> {
  const uses: QuotaUse[] = [];
  for (const { name, sec, quotaOf } of windows) {
    const window = windowOf(`quota:${quota.id}:${name}`, sec, deps);
    const counted = await countIn(window, 1, deps);
    const allowed = quotaOf(quota);
    const isExceeded = counted > allowed;
    const left = Math.max(0, allowed - counted);
    uses.push({ name, quota: allowed, windowSec: sec, left, resetSec: secLeftOf(window, deps), isExceeded });
    if (isExceeded) break;
  }
  return uses;
}

/** What is used of them, as headers. @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (version 10) */
export function toRateLimitHeaders(uses: readonly QuotaUse[]): Readonly<Record<string, string>> {
  return {
    'RateLimit-Policy': uses.map(({ name, quota, windowSec }) => `"${name}";q=${quota};w=${windowSec}`).join(', '),
    RateLimit: uses.map(({ name, left, resetSec }) => `"${name}";r=${left};t=${resetSec}`).join(', '),
  };
}
