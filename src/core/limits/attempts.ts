import { joinKey } from '../base/key.js';
import type { PersonalData, Ports } from '../deps.js';
import { networksOf } from '../networks.js';
import type { Binding } from '../ports.js';
import { epochMs, secondsPerDay, toIso } from '../units.js';
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
  ...attemptsFrom(binding, source, attemptsOfSubject(binding).name),
  attemptsOfAllAnonymous(binding),
];

/** Returns the counters for each network of an anonymous caller. */
const attemptsFrom = (binding: Binding, source: string, prefix: string): readonly LockoutCounter[] =>
  networksOf(source).map(({ name, share }) => ({
    ...attemptsOfSubject(binding),
    name: `${prefix}:from:${name}`,
    kind: 'outsider',
    failuresAllowed: 5 * share,
    unlistedOf: nameOf(binding),
  }));

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
 * What a failed face check counts against: sign-ins, or account recoveries before a second thing was proven, after it,
 * or behind a link of the help desk. None of them locks another one.
 */
export const attemptScopes = ['sign_in', 'recovery', 'proven_recovery', 'recovery_link'] as const;
export type AttemptScope = (typeof attemptScopes)[number];

/** Returns the counter of a person's recoveries with evidence, which callers without it cannot use up. */
const attemptsOfRecovery = (binding: Binding, scope: 'proven_recovery' | 'recovery_link'): LockoutCounter => ({
  ...attemptsOfSubject(binding),
  name: `recovery:${scope}:${nameOf(binding)}`,
  kind: 'recovery',
});

/** Returns the counter that all recoveries of a person share before anything is proven. */
const attemptsOfAnonymousRecovery = (binding: Binding): LockoutCounter => ({
  name: `recovery:anonymous:${nameOf(binding)}`,
  kind: 'recovery',
  failuresAllowed: 10,
  windowSec: secondsPerDay,
  rememberedSec: secondsPerDay,
  keepsOthersFailures: true,
});

/** Returns the counters of a person's recoveries. They are separate from those of sign-ins. */
const attemptsOfRecoveries = (binding: Binding): readonly LockoutCounter[] => [
  attemptsOfAnonymousRecovery(binding),
  attemptsOfRecovery(binding, 'proven_recovery'),
  attemptsOfRecovery(binding, 'recovery_link'),
];

/**
 * Returns the counters for a person.
 * @param anonymousSource - address of an anonymous caller, or `null` if the user is authenticated or the provider vouches for
 * them
 */
export function attemptsOf(
  binding: Binding,
  anonymousSource: string | null,
  scope: AttemptScope,
): readonly LockoutCounter[] {
  switch (scope) {
    case 'sign_in':
      return anonymousSource === null ? [attemptsOfSubject(binding)] : attemptsOfAnonymous(binding, anonymousSource);
    case 'recovery': {
      const all = attemptsOfAnonymousRecovery(binding);
      return [...(anonymousSource === null ? [] : attemptsFrom(binding, anonymousSource, all.name)), all];
    }
    case 'proven_recovery':
    case 'recovery_link':
      return [attemptsOfRecovery(binding, scope)];
  }
}

const attemptsOfPerson = (binding: Binding): readonly LockoutCounter[] => [
  attemptsOfSubject(binding),
  attemptsOfAllAnonymous(binding),
  ...attemptsOfRecoveries(binding),
];

export async function unlockPerson(binding: Binding, deps: Ports<'state' | 'clock'>): Promise<void> {
  await endUnlisted(nameOf(binding), deps);
  await clearAttempts(attemptsOfPerson(binding), deps);
}

/** Exports the sum of several counters, and the end of the longest lockout. */
async function exportAttempts(whose: readonly LockoutCounter[], deps: Ports<'state' | 'clock'>) {
  const read = await Promise.all(whose.map((who) => readAttempts(who, deps)));
  const until = Math.max(...read.map(({ lockedUntil }) => lockedUntil ?? 0));
  return {
    failures: read.reduce((sum, { failures }) => sum + failures, 0),
    lockedUntil: until === 0 ? null : toIso(epochMs(until)),
  };
}

export const attemptData = {
  part: 'attempts',
  keys: ['subject', 'outsiders', 'recovery'].flatMap((name) => [`failures:*:${name}:*`, `lockout:${name}:*`]),
  read: async (_who, deps, binding) => ({
    attempts: await exportAttempts([attemptsOfSubject(binding)], deps),
    attemptsOfOutsiders: await exportAttempts([attemptsOfAllAnonymous(binding)], deps),
    attemptsOfRecoveries: await exportAttempts(attemptsOfRecoveries(binding), deps),
  }),
  endedBy: 'enrolment',
  forget: (_who, deps, { binding }) => clearAttempts(attemptsOfPerson(binding), deps),
} as const satisfies PersonalData;
