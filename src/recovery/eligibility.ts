import { type ConnectedSubject, type Connection, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { SecondThing } from '../core/second-things.js';
import { addSec, type EpochMs, secondsPerDay } from '../core/units.js';
import { readEnrolledAt } from '../enrolment/revoke.js';
import { FaceError } from '../errors.js';
import { type Contacts, noteContacts, readContacts } from './contacts.js';
import { recoveryAt } from './record.js';

/**
 * Checks whether a person who proved both things may recover.
 * @returns whether they are privileged, so that two approvals and a delay are needed
 * @throws `recovery_too_soon`, `recovery_privileged`, `credential_refused`, `subject_unknown`, `profile_unavailable`
 */
export async function checkEligible(
  person: ConnectedSubject & { readonly secondThing: SecondThing },
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<{ readonly isPrivileged: boolean }> {
  const { policy, issuer } = recoveryAt(person.connection);
  await checkQuietFace(person, deps);
  await readQuietContacts(person, deps);
  const isPrivileged = await readIsPrivileged(person);
  if (isPrivileged && policy.privileged.action === 'refuse') throw new FaceError('recovery_privileged');
  await issuer?.checkIssuable(person.subject);
  return { isPrivileged };
}

/** Returns the time since which nothing may have changed. */
export const quietSince = (connection: Connection, { clock }: Ports<'clock'>): EpochMs =>
  addSec(clock.now(), -recoveryAt(connection).policy.quietDays * secondsPerDay);

/** Checks that the face has been the same for days. @throws `recovery_too_soon` */
export async function checkQuietFace(person: ConnectedSubject, deps: Ports<'state' | 'clock'>): Promise<void> {
  const enrolledAt = await readEnrolledAt(toSubjectRef(person), deps);
  if (enrolledAt !== null && enrolledAt > quietSince(person.connection, deps))
    throw new FaceError('recovery_too_soon', { changed: 'face' });
}

/**
 * Reads and notes the contacts of a person.
 * @param person.compareOnly - true if no face was shown, so that nothing is noted about the person
 * @throws `recovery_too_soon` if one changed in the last days, or is a second thing that was not noted for days
 */
export async function readQuietContacts(
  person: ConnectedSubject & { readonly secondThing: SecondThing; readonly compareOnly?: boolean },
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<Contacts> {
  const contacts = await readContacts(person);
  const noted = await noteContacts(toSubjectRef(person), contacts, deps, person);
  for (const { kind, since, isChange } of noted) {
    // A contact that was never noted may be new, so it proves nothing by itself.
    const mustBeOld = isChange || kind === person.secondThing;
    if (mustBeOld && since > quietSince(person.connection, deps))
      throw new FaceError('recovery_too_soon', { changed: kind });
  }
  return contacts;
}

async function readIsPrivileged({ connection, subject }: ConnectedSubject): Promise<boolean> {
  const { profile } = connection;
  const { groups } = recoveryAt(connection).policy.privileged;
  const roles = (await profile.readAdministratorRoles?.(subject)) ?? [];
  if (roles.length > 0) return true;
  if (groups.length === 0) return false;
  const isNamed = (text: string | null): boolean =>
    text !== null && groups.some((each) => each.toLowerCase() === text.toLowerCase());
  return (await profile.readGroups(subject)).some(({ id, name }) => isNamed(id) || isNamed(name));
}
