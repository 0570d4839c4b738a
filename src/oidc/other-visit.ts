import { setTimeout as delay } from 'node:timers/promises';
import { FaceError } from '../errors.js';
import type { Visit } from './visit.js';

/** For four seconds in all. */
const betweenLooksMs = 50;
const looksAllowed = 80;

/**
 * Where another visit to the same interaction leads, whose answer stands. Of two visits at once, as of two clicks, one takes the
 * pass, and a moment later it has its answer: that is waited for by the other, which is the one that its browser looks at.
 * @param error - what this visit ended with
 * @returns `null` where no other has an answer
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
