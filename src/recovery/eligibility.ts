import { type ConnectedSubject, type Connection, readTokenIfAny, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { isNamedGroup } from '../core/rules/evaluate.js';
import type { SecondThing } from '../core/second-things.js';
import { addSec, type EpochMs, secondsPerDay } from '../core/units.js';
import { readEnrolled } from '../enrolment/consent.js';
import { identifyIfToken } from '../enrolment/deny-list.js';
import { readEnrolledAt } from '../enrolment/revoke.js';
import { FaceError, type FaceErrorCode } from '../errors.js';
import { type Contacts, noteContacts, readContacts } from './contacts.js';
import { findManager } from './manager.js';
import { recoveryAt } from './record.js';

/** Why a recovery may not go on. Another attempt after the cause has ended may succeed. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: FaceErrorCode;
  /** What `recovery_too_soon` and `recovery_manager_missing` say has changed. */
  readonly changed?: string;
  readonly detail: FaceError['detail'];
}

export const refusal = (reason: FaceErrorCode, detail: FaceError['detail'] = null): Refusal => ({
  kind: 'refused',
  reason,
  detail,
});

const tooNew = (reason: FaceErrorCode, changed: string): Refusal => ({ ...refusal(reason, { changed }), changed });

const finalCodes: readonly FaceErrorCode[] = ['credential_refused', 'provider_refused', 'subject_unknown'];

/** Returns what the provider refuses for good, or `null` for a fault. */
export const refusalIn = (error: unknown): Refusal | null =>
  error instanceof FaceError && finalCodes.includes(error.code) ? refusal(error.code, error.detail) : null;

/** Returns a refusal of the provider as an outcome. */
export const orRefused = <Found>(work: Promise<Found>): Promise<Found | Refusal> =>
  work.catch((error: unknown) => {
    const refused = refusalIn(error);
    if (refused === null) throw error;
    return refused;
  });

export interface Eligible {
  readonly kind: 'eligible';
  /** True if two approvals and a delay are needed. */
  readonly isPrivileged: boolean;
}

/** Checks whether a person who proved both things may recover. @throws what `orRefused` returns; `profile_unavailable` */
export async function checkEligible(
  person: ConnectedSubject & { readonly secondThing: SecondThing },
  deps: Ports<'state' | 'clock' | 'keys' | 'verifier'>,
): Promise<Eligible | Refusal> {
  const { policy, issuer } = recoveryAt(person.connection);
  const face = await checkQuietFace(person, deps);
  if (face !== null) return face;
  const contacts = await readQuietContacts(person, deps);
  if (contacts.kind === 'refused') return contacts;
  const manager = person.secondThing === 'manager' ? await findQuietManager(person, deps) : null;
  if (manager?.kind === 'refused') return manager;
  const privileged = await readIsPrivileged(person);
  if (privileged.kind === 'refused') return privileged;
  if (privileged.isPrivileged && policy.privileged.action === 'refuse') return refusal('recovery_privileged');
  await issuer?.checkIssuable(person.subject);
  return privileged;
}

/** Returns the time since which nothing may have changed. */
export const quietSince = (connection: Connection, { clock }: Ports<'clock'>): EpochMs =>
  addSec(clock.now(), -recoveryAt(connection).policy.quietDays * secondsPerDay);

/** Checks that the face has been the same for days. @returns a refusal, also if that is not known, or `null` */
export async function checkQuietFace(
  person: ConnectedSubject,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<Refusal | null> {
  const { connection, subject } = person;
  const who = toSubjectRef(person);
  const token = identifyIfToken(await readTokenIfAny(connection, subject), deps);
  const enrolledAt = await readEnrolled(who, token?.tokenId ?? null, deps);
  // A store that has lost nothing since then would know of an enrolment.
  const since = enrolledAt ?? (await deps.state.storeEpoch());
  const marked = await readEnrolledAt(who, deps);
  const quiet = quietSince(connection, deps);
  const isNew = since === 'never' || since > quiet || (marked !== null && marked > quiet);
  return isNew ? tooNew('recovery_too_soon', 'face') : null;
}

/**
 * Reads and notes the contacts of a person.
 * @param person.compareOnly - true if no face was shown, so that nothing is noted about the person
 * @returns a refusal if one, or the account, changed in the last days, or is a second thing that was not noted for days
 */
export async function readQuietContacts(
  person: ConnectedSubject & { readonly secondThing: SecondThing; readonly compareOnly?: boolean },
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<{ readonly kind: 'quiet'; readonly contacts: Contacts } | Refusal> {
  const contacts = await readContacts(person);
  const noted = await noteContacts(toSubjectRef(person), contacts, deps, {
    compareOnly: person.compareOnly === true,
  });
  for (const { kind, since, isChange } of noted) {
    // A contact that was never noted may be new, so it proves nothing by itself.
    const mustBeOld = isChange || kind === person.secondThing;
    if (mustBeOld && since > quietSince(person.connection, deps)) return tooNew('recovery_too_soon', kind);
  }
  return { kind: 'quiet', contacts };
}

/**
 * Finds the manager who may approve a recovery, and notes who it is.
 * @returns also the mailbox that gets the link; a refusal if there is none, or if the manager, or the face of the manager, is new
 */
export async function findQuietManager(person: ConnectedSubject, deps: Ports<'state' | 'clock' | 'keys' | 'verifier'>) {
  const manager = await findManager(person);
  const known = await noteContacts(toSubjectRef(person), { manager: manager?.subject ?? null }, deps);
  const noted = known.find(({ kind }) => kind === 'manager');
  if (manager === null || manager.email === null || manager.subject === person.subject)
    return refusal('recovery_manager_missing');
  // A manager who was never noted may be new.
  if (noted === undefined || noted.since > quietSince(person.connection, deps))
    return tooNew('recovery_manager_missing', 'manager');
  const { connection } = person;
  if ((await checkQuietFace({ connection, subject: manager.subject }, deps)) !== null)
    return tooNew('recovery_manager_missing', 'manager_face');
  return { kind: 'manager', subject: manager.subject, email: manager.email } as const;
}

async function readIsPrivileged({ connection, subject }: ConnectedSubject): Promise<Eligible | Refusal> {
  const { profile } = connection;
  const { policy, findGroupIds } = recoveryAt(connection);
  const { groups } = policy.privileged;
  const roles = (await profile.readAdministratorRoles?.(subject)) ?? [];
  if (roles.length > 0) return { kind: 'eligible', isPrivileged: true };
  if (groups.length === 0) return { kind: 'eligible', isPrivileged: false };
  const own = await profile.readGroups(subject);
  if (own.some((each) => isNamedGroup(each, groups))) return { kind: 'eligible', isPrivileged: true };
  for (const name of groups) {
    const ids = await findGroupIds(name).catch((error: unknown) => {
      throw new FaceError('profile_unavailable', { group: name }, { cause: error });
    });
    // Its members are not known, and anyone may be one of them.
    if (ids.length === 0) return refusal('recovery_privileged', { reason: 'no such group', group: name });
    if (own.some(({ id }) => ids.includes(id))) return { kind: 'eligible', isPrivileged: true };
  }
  return { kind: 'eligible', isPrivileged: false };
}
