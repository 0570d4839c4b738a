import { type ConnectedSubject, type Connection, readTokenIfAny, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { isNamedGroup } from '../core/rules/evaluate.js';
import type { SecondThing } from '../core/second-things.js';
import { addSec, type EpochMs, secondsPerDay } from '../core/units.js';
import { readEnrolled } from '../enrolment/consent.js';
import { identifyIfToken } from '../enrolment/deny-list.js';
import { readEnrolledAt } from '../enrolment/revoke.js';
import { FaceError, toCode } from '../errors.js';
import { type Contacts, noteContacts, readContacts } from './contacts.js';
import { findManager } from './manager.js';
import { recoveryAt } from './record.js';

/**
 * Checks whether a person who proved both things may recover.
 * @returns whether they are privileged, so that two approvals and a delay are needed
 * @throws `recovery_too_soon`, `recovery_privileged`, `recovery_manager_missing`, `credential_refused`, `provider_refused`,
 * `subject_unknown`, `profile_unavailable`
 */
export async function checkEligible(
  person: ConnectedSubject & { readonly secondThing: SecondThing },
  deps: Ports<'state' | 'clock' | 'keys' | 'verifier'>,
): Promise<{ readonly isPrivileged: boolean }> {
  const { policy, issuer } = recoveryAt(person.connection);
  await checkQuietFace(person, deps);
  await readQuietContacts(person, deps);
  if (person.secondThing === 'manager') await findQuietManager(person, deps);
  const isPrivileged = await readIsPrivileged(person);
  if (isPrivileged && policy.privileged.action === 'refuse') throw new FaceError('recovery_privileged');
  await issuer?.checkIssuable(person.subject);
  return { isPrivileged };
}

/** Returns the time since which nothing may have changed. */
export const quietSince = (connection: Connection, { clock }: Ports<'clock'>): EpochMs =>
  addSec(clock.now(), -recoveryAt(connection).policy.quietDays * secondsPerDay);

/** Checks that the face has been the same for days. @throws `recovery_too_soon`, also if that is not known */
export async function checkQuietFace(
  person: ConnectedSubject,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<void> {
  const { connection, subject } = person;
  const who = toSubjectRef(person);
  const token = identifyIfToken(await readTokenIfAny(connection, subject), deps);
  const enrolledAt = await readEnrolled(who, token?.tokenId ?? null, deps);
  // A store that has lost nothing since then would know of an enrolment.
  const since = enrolledAt ?? (await deps.state.storeEpoch());
  const marked = await readEnrolledAt(who, deps);
  const quiet = quietSince(connection, deps);
  if (since === 'never' || since > quiet || (marked !== null && marked > quiet))
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
  const noted = await noteContacts(toSubjectRef(person), contacts, deps, {
    compareOnly: person.compareOnly === true,
  });
  for (const { kind, since, isChange } of noted) {
    // A contact that was never noted may be new, so it proves nothing by itself.
    const mustBeOld = isChange || kind === person.secondThing;
    if (mustBeOld && since > quietSince(person.connection, deps))
      throw new FaceError('recovery_too_soon', { changed: kind });
  }
  return contacts;
}

/** A manager who may approve, with the mailbox that gets the link. */
export interface ApprovingManager {
  readonly subject: string;
  readonly email: string;
}

/**
 * Finds the manager who may approve a recovery, and notes who it is.
 * @throws `recovery_manager_missing` if there is none, or if the manager, or the face of the manager, is new
 */
export async function findQuietManager(
  person: ConnectedSubject,
  deps: Ports<'state' | 'clock' | 'keys' | 'verifier'>,
): Promise<ApprovingManager> {
  const manager = await findManager(person);
  const [noted] = await noteContacts(toSubjectRef(person), { manager: manager?.subject ?? null }, deps);
  if (manager === null || manager.email === null || manager.subject === person.subject)
    throw new FaceError('recovery_manager_missing');
  // A manager who was never noted may be new.
  if (noted === undefined || noted.since > quietSince(person.connection, deps))
    throw new FaceError('recovery_manager_missing', { changed: 'manager' });
  const { connection } = person;
  await checkQuietFace({ connection, subject: manager.subject }, deps).catch((error: unknown) => {
    if (toCode(error) !== 'recovery_too_soon') throw error;
    throw new FaceError('recovery_manager_missing', { changed: 'manager_face' });
  });
  return { subject: manager.subject, email: manager.email };
}

async function readIsPrivileged({ connection, subject }: ConnectedSubject): Promise<boolean> {
  const { profile } = connection;
  const { policy, findGroupIds } = recoveryAt(connection);
  const { groups } = policy.privileged;
  const roles = (await profile.readAdministratorRoles?.(subject)) ?? [];
  if (roles.length > 0) return true;
  if (groups.length === 0) return false;
  const own = await profile.readGroups(subject);
  if (own.some((each) => isNamedGroup(each, groups))) return true;
  for (const name of groups) {
    const ids = await findGroupIds(name).catch((error: unknown) => {
      throw new FaceError('profile_unavailable', { group: name }, { cause: error });
    });
    // Its members are not known, and anyone may be one of them.
    if (ids.length === 0) throw new FaceError('recovery_privileged', { reason: 'no such group', group: name });
    if (own.some(({ id }) => ids.includes(id))) return true;
  }
  return false;
}
