import type { RestAnswer } from './rest-call.js';

/** Waits so many milliseconds. */
export type Sleep = (ms: number) => Promise<unknown>;

/** The machine's own time. */
export const sleep: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How long a provider is waited for that says it is to be asked later. */
export interface Patience {
  /** Requests in all. */
  readonly tries: number;
  /** All waits together: where a provider asks for more, its answer is taken as it is. */
  readonly longestWaitSec: number;
}

/** While somebody waits for their sign-in. */
export const whileSigningIn: Patience = { tries: 3, longestWaitSec: 2 };

/** While an administrator looks on: the windows of providers are of a minute or two. */
export const whileAdministering: Patience = { tries: 8, longestWaitSec: 300 };

/**
 * Sends a request again where the provider says that it is to come later, and when: it has done nothing for the one before.
 * @param readWaitMs - how long the provider wants to be left alone after an answer, and so many requests, from 1; `null` where
 *   the answer is none of that kind, or does not say
 * @throws FaceError what `send` throws
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

/** Whether a provider says that it is to be asked later, and has done nothing. */
export const saysLater = ({ status }: Pick<RestAnswer, 'status'>): boolean => status === 429 || status === 503;

/** When it says to come again, in whole seconds (RFC 9110, section 10.2.3); `null` where it does not, or names a date. */
export function readRetryAfterMs(answer: Pick<RestAnswer, 'status' | 'headers'>): number | null {
  const [seconds] = /^\d{1,6}$/.exec(answer.headers.get('retry-after') ?? '') ?? [];
  return seconds === undefined || !saysLater(answer) ? null : Number(seconds) * 1000;
}
