import type { Ports } from '../../core/deps.js';
import { countIn, secLeftOf, windowOf } from '../../core/limits/limits.js';
import { FaceError } from '../../errors.js';
import type { Application } from './applications.js';
import type { Client } from './client-tokens.js';

export type Quota = Pick<Application, 'id' | 'perMinute' | 'perDay'>;

/** Where sandbox tokens are valid, and the quota of each. */
export interface Sandbox extends Omit<Quota, 'id'> {
  readonly tenant: string;
}

/**
 * Returns the quota of a client, or `null` if it has none.
 * @throws `caller_untrusted` for a sandbox token of a former sandbox, because that tenant may have real users
 */
export function quotaOf({ application, sandbox, tenant }: Client, current: Sandbox | null): Quota | null {
  if (sandbox === null) return application;
  if (current?.tenant !== tenant) throw new FaceError('caller_untrusted');
  return { ...current, id: `sandbox:${sandbox}` };
}

/** The shortest window comes first, so that requests which it refuses are not counted in the longer one. */
const windows = [
  { name: 'minute', sec: 60, quotaOf: ({ perMinute }: Quota): number => perMinute },
  { name: 'day', sec: 24 * 60 * 60, quotaOf: ({ perDay }: Quota): number => perDay },
] as const;

export interface QuotaUse {
  readonly name: (typeof windows)[number]['name'];
  readonly quota: number;
  readonly windowSec: number;
  readonly left: number;
  readonly resetSec: number;
  readonly isExceeded: boolean;
}

/**
 * Counts a request over all replicas, before it is processed.
 * @returns the use of each window, up to the first window whose quota is exceeded
 */
export async function countRequest(quota: Quota, deps: Ports<'state' | 'clock'>): Promise<readonly QuotaUse[]> {
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

/**
 * Returns quotas and their use as response headers.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (version 10)
 */
export function toRateLimitHeaders(uses: readonly QuotaUse[]): Readonly<Record<string, string>> {
  return {
    'RateLimit-Policy': uses.map(({ name, quota, windowSec }) => `"${name}";q=${quota};w=${windowSec}`).join(', '),
    RateLimit: uses.map(({ name, left, resetSec }) => `"${name}";r=${left};t=${resetSec}`).join(', '),
  };
}
