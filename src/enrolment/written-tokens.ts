import type { SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { Profile } from '../core/ports.js';
import { readAgainWhile, type Sleep } from '../core/resilience.js';
import type { SealedToken } from '../core/secrets.js';
import { addSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { readConsent } from './consent.js';
import { identifyIfToken, isDenied, isExpired } from './deny-list.js';

/** Seconds for which a directory may return an earlier token than the one that was written. */
const replicationSec = 60;

/**
 * Makes reads of a replicated directory wait for a token that was written less than a minute ago. If it does not appear,
 * they throw `profile_unavailable`, so that a late replica neither fails a check nor allows a second enrolment. Reads of
 * anonymous callers do not wait, because that would reveal the enrolment.
 */
export function waitForTokens(
  connection: string,
  profile: Profile,
  deps: Ports<'state' | 'clock' | 'verifier'>,
  sleep?: Sleep,
): Profile {
  const isEarlier = async (subject: string, token: SealedToken | null): Promise<boolean> => {
    const consent = await readConsent({ connection, subject }, deps);
    if (consent === null || consent.withdrawnAt !== null || consent.writtenAt === null) return false;
    if (addSec(consent.writtenAt, replicationSec) <= deps.clock.now()) return false;
    return identifyIfToken(token, deps)?.tokenId !== consent.tokenId;
  };
  return {
    ...profile,
    async readToken(subject, caller = 'known') {
      if (caller === 'anonymous') return profile.readToken(subject, caller);
      const read = async () => {
        const token = await profile.readToken(subject, caller);
        return { token, isLate: await isEarlier(subject, token) };
      };
      const { token, isLate } = await readAgainWhile(read, (found) => found.isLate, sleep);
      if (isLate) throw new FaceError('profile_unavailable', { reason: 'the new token is not shown yet' });
      return token;
    },
  };
}

/**
 * Returns true if a directory shows no token or an ended one, although the person enrolled here and the enrolment has not
 * ended here. Such an answer says nothing about the person.
 */
export async function isLost(
  who: SubjectRef,
  token: SealedToken | null,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<boolean> {
  const shown = identifyIfToken(token, deps);
  if (shown !== null && !(await isDenied(shown.tokenId, deps))) return false;
  const consent = await readConsent(who, deps);
  if (consent === null || consent.withdrawnAt !== null || consent.changingUntil !== null) return false;
  return !isExpired(consent, deps) && !(await isDenied(consent.tokenId, deps));
}
