import { setTimeout as delay } from 'node:timers/promises';
import { FaceError } from '../errors.js';
import type { Visit } from './visit.js';

/** Waits up to four seconds in total. */
const betweenLooksMs = 50;
const looksAllowed = 80;

/**
 * Finds the answer of a concurrent request. After a double click, one request consumes the pass, and the browser
 * displays the reply of the other, which must wait.
 * @returns `null` if there is no other answer
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
