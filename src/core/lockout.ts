import { FaceError, type FaceErrorCode, photoCodes, toCode } from '../errors.js';
import type { CoreDeps } from './deps.js';
import type { Binding } from './ports.js';
import { addSec } from './units.js';

/** Whose attempts are counted together, and how many may fail before none is taken. */
export interface Counted {
  readonly name: string;
  readonly failuresAllowed: number;
}

/** Locked out until the window that the first failure opened is over. */
const windowSec = 15 * 60;

/**
 * A user in front of a camera. NIST SP 800-63B §5.2.3 allows five failures for a biometric without certified
 * presentation attack detection.
 * @param outsider - where somebody comes from whom nobody vouches for: they lock out their own address alone
 */
export const attemptsOfSubject = ({ tenant, idp, subject }: Binding, outsider: string | null = null): Counted => ({
  name: `subject:${idp}:${tenant}:${subject}${outsider === null ? '' : `:from:${outsider}`}`,
  failuresAllowed: 5,
});

/**
 * A token that a backend keeps and checks as it sees fit: at a door, against every face that comes. NIST SP 800-63B
 * §5.2.2 bounds the failures of any authenticator by a hundred.
 */
export const attemptsOfToken = (tokenId: string): Counted => ({ name: `token:${tokenId}`, failuresAllowed: 100 });

/** Nothing was compared, so nothing was guessed: the picture was of no use, or nobody looked at it. */
const unusedAttempt: ReadonlySet<FaceErrorCode> = new Set([
  ...photoCodes,
  'overloaded',
  'key_service_unavailable',
  'upstream_unavailable',
  'upstream_malformed',
]);

/**
 * Runs one attempt at a face check and counts it against `who`. The attempt is counted before it runs, so that many at
 * once count too, and is given back where nothing was compared. A success clears the count.
 * @throws FaceError `locked_out` with `retryAfterSec`, and whatever `attempt` throws
 */
export async function countAttempt<T>(
  who: Counted,
  attempt: () => Promise<{ readonly succeeded: boolean; readonly result: T }>,
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<T> {
  const key = failuresKey(who);
  const windowEnd = addSec(clock.now(), windowSec);
  const failures = await state.add(key, 1, windowEnd);
  if (failures > who.failuresAllowed) throw new FaceError('locked_out', { retryAfterSec: windowSec });
  try {
    const { succeeded, result } = await attempt();
    if (succeeded && failures > 1) await state.delete(key);
    else if (succeeded) await state.add(key, -1, windowEnd);
    return result;
  } catch (error) {
    if (unusedAttempt.has(toCode(error))) await state.add(key, -1, windowEnd);
    throw error;
  }
}

/** Forgets the failed attempts of `who`: after a new enrolment. */
export async function clearAttempts(who: Counted, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  await state.delete(failuresKey(who));
}

const failuresKey = ({ name }: Counted): string => `failures:${name}`;
