import { FaceError, toCode } from '../errors.js';
import type { CoreDeps } from './deps.js';
import type { Binding } from './ports.js';
import { addSec } from './units.js';

/**
 * Five failed attempts, then none until the window that the first of them opened is over. NIST SP 800-63B §5.2.3 allows
 * five for a biometric without certified presentation attack detection.
 */
const failuresAllowed = 5;
const windowSec = 15 * 60;

/** Codes that say the picture was of no use: nothing was compared, so nothing was guessed. */
const isUnusedAttempt = (error: unknown): boolean => {
  const code = toCode(error);
  return code.startsWith('photo_') || code.startsWith('face_') || code === 'overloaded' || code.startsWith('upstream_');
};

/**
 * Runs one attempt at a face check and counts it against `who`. The attempt is counted before it runs, so that many at
 * once count too, and is given back where nothing was compared. A success clears the count.
 * @param who - whose attempts are counted together: a subject of a connection, or a token
 * @throws FaceError `locked_out` with `retryAfterSec`, and whatever `attempt` throws
 */
export async function countAttempt<T>(
  who: string,
  attempt: () => Promise<{ readonly succeeded: boolean; readonly result: T }>,
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<T> {
  const key = failuresKey(who);
  const windowEnd = addSec(clock.now(), windowSec);
  const failures = await state.add(key, 1, windowEnd);
  if (failures > failuresAllowed) throw new FaceError('locked_out', { retryAfterSec: windowSec });
  try {
    const { succeeded, result } = await attempt();
    if (succeeded) await state.delete(key);
    return result;
  } catch (error) {
    if (isUnusedAttempt(error)) await state.add(key, -1, windowEnd);
    throw error;
  }
}

/** Forgets the failed attempts of `who`: after a new enrolment. */
export async function clearAttempts(who: string, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  await state.delete(failuresKey(who));
}

const failuresKey = (who: string): string => `failures:${who}`;

/** The name under which the attempts on one subject of one connection are counted. */
export const lockoutOf = ({ tenant, idp, subject }: Binding): string => `subject:${idp}:${tenant}:${subject}`;
