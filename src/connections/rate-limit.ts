import type { RestAnswer } from './rest-call.js';

export type Sleep = (ms: number) => Promise<unknown>;

export const sleep: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export interface Patience {
  readonly tries: number;
  readonly longestWaitSec: number;
}

export const whileSigningIn: Patience = { tries: 3, longestWaitSec: 2 };

/**
 * Retry policy for administrative commands. They can wait for a provider's rate limit to reset, which takes a minute or
 * two.
 */
export const whileAdministering: Patience = { tries: 8, longestWaitSec: 300 };

/**
 * Retries a request after a rate limit.
 * @param readWaitMs - returns the milliseconds to wait after an answer, or `null` if it is final; `tried` counts
 * attempts from 1
 */
export async function sendPatiently<Answer>(
  send: () => Promise<Answer>,
  readWaitMs: (answer: Answer, tried: number) => number | null,
  { tries, longestWaitSec }: Patience,
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

export const saysLater = ({ status }: Pick<RestAnswer, 'status'>): boolean => status === 429 || status === 503;

/**
 * Returns the wait that a Retry-After header demands (RFC 9110, section 10.2.3), or `null` if the header is absent or a
 * date.
 */
export function readRetryAfterMs(answer: Pick<RestAnswer, 'status' | 'headers'>): number | null {
  const [seconds] = /^\d{1,6}$/.exec(answer.headers.get('retry-after') ?? '') ?? [];
  return seconds === undefined || !saysLater(answer) ? null : Number(seconds) * 1000;
}
