import { setTimeout as delay } from 'node:timers/promises';

/** Waits so many milliseconds. */
export type Sleep = (ms: number) => Promise<unknown>;

/** The machine's own time. */
export const sleep: Sleep = (ms) => delay(ms);

/** How long is waited where Graph says later: 429 and 503, which it has done nothing for. */
export interface Patience {
  /** Requests in all. */
  readonly tries: number;
  /** Where `Retry-After` asks for more, the answer is taken as it is. */
  readonly longestWaitSec: number;
}

/** While somebody waits for their sign-in. */
export const brief: Patience = { tries: 3, longestWaitSec: 1 };

/** While an administrator looks on. */
export const long: Patience = { tries: 8, longestWaitSec: 120 };

/**
 * How long to wait before the next try, in milliseconds; `null`: not at all. Graph says it in whole seconds; where it does
 * not, each wait is twice the last.
 * @param tried - requests so far, from 1
 * @see https://learn.microsoft.com/en-us/graph/throttling
 */
export function waitBefore(
  { status, headers }: { readonly status: number; readonly headers: Headers },
  tried: number,
  { tries, longestWaitSec }: Patience,
): number | null {
  if ((status !== 429 && status !== 503) || tried >= tries) return null;
  const [asked] = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '') ?? [];
  if (asked === undefined) return Math.min(2 ** (tried - 1), longestWaitSec) * 1000;
  return Number(asked) > longestWaitSec ? null : Number(asked) * 1000;
}
