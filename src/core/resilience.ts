import type { Clock, Random } from './ports.js';
import { type EpochMs, fromHttpDate } from './units.js';

/* Time limits, retries and circuit breakers of calls to other systems. */

/**
 * Limits the time to wait for work. After a timeout it returns what `whenLate` returns or throws, and the work
 * continues.
 */
export async function withTimeout<Result>(
  work: Promise<Result>,
  timeoutMs: number,
  whenLate: () => Result,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  const done = work.then((result) => ({ result }));
  try {
    const first = await Promise.race([done, late]);
    return first === 'late' ? whenLate() : first.result;
  } finally {
    clearTimeout(timer);
  }
}

/** Waits, but ends early if the signal aborts. Never rejects, and does not keep the process alive. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) end();
  });

/** Delays between attempts: each is `growth` times the one before, up to `longestMs`. */
export interface BackOff {
  readonly firstMs: number;
  /** By default 2. */
  readonly growth?: number;
  readonly longestMs: number;
}

/**
 * Returns the delay after a number of failures.
 * @param random - makes half of the delay random, so that replicas do not call simultaneously
 */
export function backOffMs({ firstMs, growth = 2, longestMs }: BackOff, failures: number, random?: Random): number {
  const longest = Math.min(firstMs * growth ** (failures - 1), longestMs);
  const [chance = 0] = random?.(1) ?? [256];
  return Math.round(longest * (0.5 + chance / 512));
}

export const inBackground: BackOff = { firstMs: 1_000, growth: 5, longestMs: 600_000 };

/**
 * Retries work in the background until it succeeds or the signal aborts, without keeping the process alive.
 * @returns a promise that never rejects
 */
export async function retryUntilDone(
  work: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
  { backOff = inBackground, signal }: { readonly backOff?: BackOff; readonly signal?: AbortSignal } = {},
): Promise<void> {
  for (let failures = 1; !signal?.aborted; failures += 1) {
    try {
      await work();
      return;
    } catch (error) {
      onFailure(error);
      await pause(backOffMs(backOff, failures), signal);
    }
  }
}

/**
 * Runs work. If it fails, throws the error and retries in the background like `retryUntilDone`.
 * @param later - work to retry, by default the same
 */
export const retryInBackground = <Result>(
  work: () => Promise<Result>,
  onFailure: (error: unknown) => void,
  later: () => Promise<unknown> = work,
): Promise<Result> =>
  work().catch((error: unknown) => {
    void retryUntilDone(later, onFailure);
    throw error;
  });

export type Sleep = (ms: number) => Promise<unknown>;

export const sleep: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Parses a Retry-After header, which is a number of seconds or a date by the server's own clock (RFC 9110, section
 * 10.2.3). Returns `null` if there is none.
 */
export function parseRetryAfterMs(header: (name: 'retry-after' | 'date') => string | null): number | null {
  const text = header('retry-after') ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
  const [until, now] = [text, header('date') ?? ''].map((each) => (each.endsWith('GMT') ? fromHttpDate(each) : null));
  return until == null || now == null ? null : Math.max(0, until - now);
}

export interface RetryPolicy {
  readonly tries: number;
  readonly longestWaitSec: number;
}

export const whileSigningIn: RetryPolicy = { tries: 3, longestWaitSec: 2 };

/** Retry policy for searches in the console, whose user waits. */
export const whileSearching: RetryPolicy = { tries: 3, longestWaitSec: 10 };

/**
 * Retry policy for administrative commands. They can wait for a provider's rate limit to reset, which takes a minute or
 * two.
 */
export const whileAdministering: RetryPolicy = { tries: 8, longestWaitSec: 300 };

/**
 * Retries a request after a rate limit.
 * @param readWaitMs - returns the milliseconds to wait after an answer, or `null` if it is final; `tried` counts
 * attempts from 1
 */
export async function withRetryAfter<Answer>(
  send: () => Promise<Answer>,
  readWaitMs: (answer: Answer, tried: number) => number | null,
  { tries, longestWaitSec }: RetryPolicy,
  sleepFor: Sleep = sleep,
): Promise<Answer> {
  let leftMs = longestWaitSec * 1000;
  for (let tried = 1; ; tried += 1) {
    const answer = await send();
    const waitMs = tried < tries ? readWaitMs(answer, tried) : null;
    if (waitMs === null || waitMs > leftMs) return answer;
    leftMs -= waitMs;
    await sleepFor(waitMs);
  }
}

/** Time for a replicated directory to show a change. */
const whileReplicating: RetryPolicy = { tries: 5, longestWaitSec: 4 };
const towardsReplicas: BackOff = { firstMs: 250, longestMs: 2_000 };

/** Reads again, for up to 4 s, while a replica may still show an earlier value. @returns the last value */
export const readAgainWhile = <Value>(
  read: () => Promise<Value>,
  isEarlier: (value: Value) => boolean,
  sleepFor?: Sleep,
): Promise<Value> =>
  withRetryAfter(
    read,
    (value, tried) => (isEarlier(value) ? backOffMs(towardsReplicas, tried) : null),
    whileReplicating,
    sleepFor,
  );

/** Permission for one call. The holder must report the call's outcome once. */
export interface Permit {
  report(outcome: 'answered' | 'outage'): void;
}

export type BreakerState = 'closed' | 'open' | 'half_open';

/** A circuit breaker: after consecutive outages, it refuses calls at once. */
export interface Breaker {
  enter(): Permit | null;
  isPassable(): boolean;
}

/**
 * Creates a circuit breaker. It opens after `outagesToOpen` consecutive outages, then allows one test call after
 * `coolDownMs`.
 * @param onChange - must not throw
 */
export function createBreaker(options: {
  readonly clock: Clock;
  readonly outagesToOpen: number;
  readonly coolDownMs: number;
  readonly onChange: (state: BreakerState) => void;
}): Breaker {
  const { clock, outagesToOpen, coolDownMs, onChange } = options;
  let state: BreakerState = 'closed';
  let outages = 0;
  let openedAt: EpochMs = clock.now();
  // Incremented by each state change. Reports of calls that began in an earlier state are ignored.
  let period = 0;

  const change = (next: BreakerState): void => {
    state = next;
    outages = 0;
    period += 1;
    if (next === 'open') openedAt = clock.now();
    onChange(next);
  };

  // A clock that was set back must not keep the breaker open.
  const isCool = (): boolean => {
    const elapsedMs = clock.now() - openedAt;
    return elapsedMs >= coolDownMs || elapsedMs < 0;
  };

  const isPassable = (): boolean => state === 'closed' || (state === 'open' && isCool());

  return {
    isPassable,
    enter() {
      if (!isPassable()) return null;
      if (state === 'open') change('half_open');
      const enteredIn = period;
      return {
        report(outcome) {
          if (enteredIn !== period) return;
          if (outcome === 'answered') {
            if (state === 'half_open') change('closed');
            outages = 0;
            return;
          }
          outages += 1;
          if (state === 'half_open' || outages >= outagesToOpen) change('open');
        },
      };
    },
  };
}
