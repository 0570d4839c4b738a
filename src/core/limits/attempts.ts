import type { CoreDeps } from '../deps.js';
import type { PersonalData } from '../personal-data/registration.js';
import type { Binding } from '../ports.js';
import type { HookSignIn } from '../step-up/passed-step-up.js';
import { secondsPerDay, toIso } from '../units.js';
import { type Counted, clearAttempts, endUnlisted, firstLockoutSec, readAttempts } from './lockout.js';
import { networksOf } from './networks.js';

/* Whose attempts are counted together, and how many of them may fail. */

const nameOf = ({ tenant, idp, subject }: Binding): string => `${idp}:${tenant}:${subject}`;

/**
 * A user in front of a camera. NIST SP 800-63B-4, section 3.2.3: at most five failures in a row for a biometric without
 * certified presentation attack detection, then a delay before each further one.
 */
export const attemptsOfSubject = (binding: Binding): Counted => ({
  name: `subject:${nameOf(binding)}`,
  kind: 'subject',
  failuresAllowed: 5,
  windowSec: secondsPerDay,
  rememberedSec: secondsPerDay,
});

/**
 * All who come for one person and whom nobody vouches for, from wherever: they lock out each other, and never whoever has
 * passed the first factor. Were all cleared by a success, as elsewhere, whoever waits for the person's own sign-ins would
 * begin anew after each. NIST SP 800-63B-4, section 3.2.2: no more than a hundred failures in a row at one account.
 */
export const attemptsOfOutsiders = (binding: Binding): Counted => ({
  name: `outsiders:${nameOf(binding)}`,
  kind: 'outsiders',
  failuresAllowed: 20,
  failuresInAll: 100,
  windowSec: 30 * secondsPerDay,
  rememberedSec: 30 * secondsPerDay,
  keepsOthersFailures: true,
});

/**
 * Somebody who comes for a person and whom nobody vouches for: counted at each of their networks, and with all others.
 * @param source - where they come from
 */
export const attemptsOfOutsider = (binding: Binding, source: string): readonly Counted[] => [
  ...networksOf(source).map(({ name, share }) => ({
    ...attemptsOfSubject(binding),
    name: `subject:${nameOf(binding)}:from:${name}`,
    kind: 'outsider' as const,
    failuresAllowed: 5 * share,
    unlistedOf: nameOf(binding),
  })),
  attemptsOfOutsiders(binding),
];

/**
 * A token that a backend keeps and checks as it sees fit: at a door, against every face that comes. NIST SP 800-63B-4,
 * section 3.2.2, bounds the failures of any authenticator by a hundred. Most of them are other people's, so lockouts do not
 * grow.
 */
export const attemptsOfToken = (tokenId: string): Counted => ({
  name: `token:${tokenId}`,
  kind: 'token',
  failuresAllowed: 100,
  windowSec: firstLockoutSec,
  rememberedSec: 0,
});

const attemptsOfAdministrators = (means: string, source: string): readonly Counted[] =>
  networksOf(source).map(({ name, share }) => ({
    name: `${means}:from:${name}`,
    kind: 'administrator',
    failuresAllowed: 100 * share,
    windowSec: firstLockoutSec,
    rememberedSec: 0,
  }));

/** Keys of administrators, shown from one source: counted at each of its networks. */
export const attemptsOfKeys = (source: string): readonly Counted[] => attemptsOfAdministrators('admin-key', source);

/** Sign-ins at the console by the company's provider: apart from keys, so that wrong keys keep nobody out. */
export const attemptsOfSignIns = (source: string): readonly Counted[] =>
  attemptsOfAdministrators('console-sign-in', source);

/**
 * Hook events that find no pass, of one user at one application from one address: somebody who knows the password and asks
 * again and again, to be the first once the user passes a check. The user's own sign-ins elsewhere are counted elsewhere.
 */
export const attemptsOfHook = (binding: Binding, { application, address }: HookSignIn): Counted => ({
  name: `hook:${JSON.stringify([binding.tenant, binding.subject, application, address])}`,
  kind: 'hook',
  failuresAllowed: 20,
  windowSec: firstLockoutSec,
  // Short, as a sign-in may begin with an event without a pass: one that comes later is no sign of the former.
  rememberedSec: firstLockoutSec,
  unlistedOf: nameOf(binding),
});

/**
 * Whoever comes for a person.
 * @param outsider - where they come from, where nobody vouches for them; `null`: it is the person, or their provider says so
 */
export const attemptsOf = (binding: Binding, outsider: string | null): Counted | readonly Counted[] =>
  outsider === null ? attemptsOfSubject(binding) : attemptsOfOutsider(binding, outsider);

/**
 * Forgets all failed attempts that count against a person, and ends the lockouts: the person's own, those of all outsiders
 * together, and those at each address and application.
 * @throws FaceError `state_unavailable`
 */
export async function unlockPerson(binding: Binding, deps: Pick<CoreDeps, 'state' | 'clock'>): Promise<void> {
  await endUnlisted(nameOf(binding), deps);
  await clearAttempts([attemptsOfSubject(binding), attemptsOfOutsiders(binding)], deps);
}

async function exportAttempts(who: Counted, deps: Pick<CoreDeps, 'state' | 'clock'>) {
  const { failures, lockedUntil } = await readAttempts(who, deps);
  return { failures, lockedUntil: lockedUntil === null ? null : toIso(lockedUntil) };
}

/** Registration of this data. */
export const attemptData = {
  part: 'attempts',
  keys: ['failures:*:subject:*', 'failures:*:outsiders:*', 'lockout:subject:*', 'lockout:outsiders:*'],
  read: async (_who, deps, binding) => ({
    attempts: await exportAttempts(attemptsOfSubject(binding), deps),
    attemptsOfOutsiders: await exportAttempts(attemptsOfOutsiders(binding), deps),
  }),
  endedBy: 'enrolment',
  forget: (_who, deps, { binding }) => clearAttempts([attemptsOfSubject(binding), attemptsOfOutsiders(binding)], deps),
} as const satisfies PersonalData;
