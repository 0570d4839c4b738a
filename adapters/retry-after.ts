import type { RestAnswer } from './rest-call.js';

/** Requests in all. */
const tries = 3;
/** Somebody waits: where a provider asks for more, its answer is taken as it is. */
const longestWaitSec = 2;

/** What a provider says of itself, in whole seconds (RFC 9110, section 10.2.3); `null` where it does not, or names a date. */
const readRetryAfter = ({ headers }: RestAnswer): number | null => {
  const [seconds] = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '') ?? [];
  return seconds === undefined ? null : Number(seconds);
};

/**
 * Sends a request again where the provider says that it is to come later and soon: by 429 or 503 it says that it has done
 * nothing. Bounded, so that nobody waits for long.
 * @throws FaceError what `send` throws
 */
export async function sendPatiently(send: () => Promise<RestAnswer>): Promise<RestAnswer> {
  for (let tried = 1; ; tried += 1) {
    const answer = await send();
    const isLater = answer.status === 429 || answer.status === 503;
    const waitSec = isLater && tried < tries ? readRetryAfter(answer) : null;
    if (waitSec === null || waitSec > longestWaitSec) return answer;
    await new Promise((resolve) => setTimeout(resolve, waitSec * 1000));
  }
}
