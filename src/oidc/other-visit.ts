import { setTimeout as delay } from 'node:timers/promises';
import { FaceError } from '../errors.js';
import type { Visit } from './visit.js';

/** Pause between two look-ups. They end after four seconds. */
const betweenLooksMs = 50;
const looksAllowed = 80;

/**
 * Waits for the answer to a concurrent request. After a double click, the first request consumes the pass, but the
 * browser displays only the reply to the second request.
 * @returns `null` if no concurrent request was answered
 */
export async function findOtherAnswer(
  { request, response, provider }: Pick<Visit, 'request' | 'response' | 'provider'>,
  error: unknown,
): Promise<string | null> {
  const looks = error instanceof FaceError && error.code === 'step_up_finished' ? looksAllowed : 1;
  for (let look = 1; ; look += 1) {
    const { result, returnTo } = await provider.interactionDetails(request, response);
    if (result?.login !== undefined) return returnTo;
    if (look === looks) return null;
    await delay(betweenLooksMs);
  }
}
