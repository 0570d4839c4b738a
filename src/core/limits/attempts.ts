import { joinKey } from '../base/key.js';
import type { PersonalData, Ports } from '../deps.js';
import { networksOf } from '../networks.js';
import type { Binding } from '../ports.js';
import { secondsPerDay, toIso } from '../units.js';
import { clearAttempts, endUnlisted, firstLockoutSec, type LockoutCounter, readAttempts } from './lockout.js';

const nameOf = ({ tenant, idp, subject }: Binding): string => joinKey(idp, tenant, subject);

/**
 * Returns the counter of an authenticated user. NIST SP 800-63B-4, section 3.2.3: at most five consecutive failures for
 * a biometric without certified presentation attack detection, then a delay before each attempt.
 */
export const attemptsOfSubject = (binding: Binding): LockoutCounter => ({
  name: `subject:${nameOf(binding)}`,
  kind: 'subject',
  failuresAllowed: 5,
  windowSec: secondsPerDay,
  rememberedSec: secondsPerDay,
});

/**
 * Returns the counter that all anonymous callers share for one person. A success does not clear the counter. Otherwise,
 * each success would give an attacker new guesses. NIST SP 800-63B-4, section 3.2.2: at most a hundred consecutive
 * failures.
 */
export const attemptsOfAllAnonymous = (binding: Binding): LockoutCounter => ({
  name: `outsiders:${nameOf(binding)}`,
  kind: 'outsiders',
  failuresAllowed: 20,
  failuresInAll: 100,
  windowSec: 30 * secondsPerDay,
  rememberedSec: 30 * secondsPerDay,
  keepsOthersFailures: true,
});

/**
 * Returns the counters of an anonymous caller: one for each network of the caller, and the one that all anonymous
 * callers share.
 */
export const attemptsOfAnonymous = (binding: Binding, source: string): readonly LockoutCounter[] => [
  ...networksOf(source).map(({ name, share }) => ({
    ...attemptsOfSubject(binding),
    name: `subject:${nameOf(binding)}:from:${name}`,
    kind: 'outsider' as const,
    failuresAllowed: 5 * share,
    unlistedOf: nameOf(binding),
  })),
  attemptsOfAllAnonymous(binding),
];

/**
 * Returns the counter of a token stored by a backend. NIST SP 800-63B-4, section 3.2.2: at most a hundred failures.
 * Most failures come from people other than the token's owner, so repeated lockouts do not become longer.
 */
export const attemptsOfToken = (tokenId: string): LockoutCounter => ({
  name: `token:${tokenId}`,
  kind: 'token',
  failuresAllowed: 100,
  windowSec: firstLockoutSec,
  rememberedSec: 0,
});

/** Returns the counters of wrong administrator API keys, for each network of the caller. */
export const attemptsOfKeys = (source: string): readonly LockoutCounter[] =>
  networksOf(source).map(({ name, share }) => ({
    name: `admin-key:from:${name}`,
    kind: 'administrator',
    failuresAllowed: 100 * share,
    windowSec: firstLockoutSec,
    rememberedSec: 0,
  }));

/**
 * Returns the counter of hook events without a passed check, by user, application and address. It limits an attacker
 * who has the password and polls for the user's next passed check. Sign-ins to other applications or from other
 * addresses have their own counters.
 */
export const attemptsOfHook = (
  binding: Binding,
  { application, address }: { readonly application: string | null; readonly address: string | null },
): LockoutCounter => ({
  name: `hook:${JSON.stringify([binding.tenant, binding.subject, application, address])}`,
  kind: 'hook',
  failuresAllowed: 20,
  windowSec: firstLockoutSec,
  // Normal sign-ins may begin with an event before the check is passed, so failures are forgotten soon.
  rememberedSec: firstLockoutSec,
  unlistedOf: nameOf(binding),
});

/**
 * Returns the counters for a person.
 * @param anonymousSource - address of an anonymous caller, or `null` if the user is authenticated or the provider vouches for
 * them
 */
export const attemptsOf = (
  binding: Binding,
  anonymousSource: string | null,
): LockoutCounter | readonly LockoutCounter[] =>
  anonymousSource === null ? attemptsOfSubject(binding) : attemptsOfAnonymous(binding, anonymousSource);

export async function unlockPerson(binding: Binding, deps: Ports<'state' | 'clock'>): Promise<void> {
  await endUnlisted(nameOf(binding), deps);
  await clearAttempts([attemptsOfSubject(binding), attemptsOfAllAnonymous(binding)], deps);
}

async function exportAttempts(who: LockoutCounter, deps: Ports<'state' | 'clock'>) {
  const { failures, lockedUntil } = await readAttempts(who, deps);
  return { failures, lockedUntil: lockedUntil === null ? null : toIso(lockedUntil) };
}

export const attemptData = {
  part: 'attempts',
  keys: ['failures:*:subject:*', 'failures:*:outsiders:*', 'lockout:subject:*', 'lockout:outsiders:*'],
  read: async (_who, deps, binding) => ({
    attempts: await exportAttempts(attemptsOfSubject(binding), deps),
    attemptsOfOutsiders: await exportAttempts(attemptsOfAllAnonymous(binding), deps),
  }),
  endedBy: 'enrolment',
  forget: (_who, deps, { binding }) =>
    clearAttempts([attemptsOfSubject(binding), attemptsOfAllAnonymous(binding)], deps),
} as const satisfies PersonalData;
