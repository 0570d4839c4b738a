import { type ConnectedSubject, type SubjectRef, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { GivenEnrolment } from '../core/page-protocol.js';
import { toEpochMs } from '../core/units.js';
import { mayEnrol } from '../enrolment/company-photo.js';
import { readConsent } from '../enrolment/consent.js';
import { checkNotEnrolledSince, noteEndWithoutFace, revokeSubject } from '../enrolment/revoke.js';
import { FaceError } from '../errors.js';
import { ownPageOf } from './own-page-flow.js';
import { checkStarted } from './record.js';
import { changeSession, type FoundSession } from './session.js';
import { type SessionView, toSessionView } from './session-view.js';
import type { StepUp } from './stored.js';
import { keepOpenAfterEnd, renew } from './transitions.js';

type Deps = Ports<'state' | 'clock' | 'verifier'>;

/**
 * Returns the person whose own page this is.
 * @throws `step_up_unknown`, also if the step-up is not the person's own page; `step_up_finished`
 */
export function findManaged({ record, connection }: FoundSession, { clock }: Ports<'clock'>): ConnectedSubject {
  checkStarted(record, clock.now());
  if (record.purpose !== 'manage' || connection === null) throw new FaceError('step_up_unknown');
  return { connection, subject: record.subject };
}

/** Returns the ids of the person whose own page this is. @throws as `findManaged` */
export const managedRef = (session: FoundSession, deps: Ports<'clock'>): SubjectRef =>
  toSubjectRef(findManaged(session, deps));

/**
 * Returns the person's enrolment, or `null`.
 * @throws `step_up_unknown`, also if the step-up is not the person's own page; `step_up_finished`
 */
export async function readCurrentEnrolment(session: FoundSession, deps: Deps): Promise<GivenEnrolment | null> {
  const person = findManaged(session, deps);
  const { connection, subject } = person;
  const token = await connection.profile.readToken(subject);
  if (token === null) return null;
  const { tokenId, expiresAt } = deps.verifier.identify(token);
  const consent = await readConsent(toSubjectRef(person), deps);
  return {
    tokenId,
    enrolledAt: consent?.tokenId === tokenId ? consent.givenAt : null,
    purpose: connection.policy.scope,
    expiresAt: expiresAt === null ? null : toEpochMs(expiresAt),
  };
}

export async function revokeCurrentEnrolment(
  session: FoundSession,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'settings'>,
): Promise<void> {
  const person = findManaged(session, deps);
  const { hasShownFormer } = session.terms;
  if (!hasShownFormer) await noteEndWithoutFace(toSubjectRef(person), deps);
  await revokeSubject(person, deps);
  // Otherwise a link or a password would replace the face: by its end, and a new enrolment.
  const mayEnrol = hasShownFormer || person.connection.policy.photo !== null;
  // Keeps this page open, although it was started before the enrolment ended.
  await changeSession(session, (record, now) => keepOpenAfterEnd(record, mayEnrol, now), deps);
}

/** Returns true if the person may enrol a new face on this page. */
export async function mayEnrolHere({ record, terms, connection }: StepUp, deps: Deps): Promise<boolean> {
  if (ownPageOf(record)?.mayRenew !== true || connection === null) return false;
  // Anyone who shows the former face or matches the organization's photo may replace it.
  if (terms.hasShownFormer || connection.policy.photo !== null) return true;
  return mayEnrol({ connection, subject: record.subject }, terms.proof, deps);
}

/**
 * Turns the page into an enrolment. The current enrolment stays until the new token is written.
 * @throws as `readCurrentEnrolment`; `not_found` if the person may not enrol on this page
 */
export async function renewCurrentEnrolment(session: FoundSession, deps: Deps): Promise<SessionView> {
  findManaged(session, deps);
  // A face that was replaced meanwhile is no longer the previous one.
  if (session.terms.hasShownFormer) await checkNotEnrolledSince(session.record, deps);
  if (!(await mayEnrolHere(session, deps))) throw new FaceError('not_found');
  return toSessionView(await changeSession(session, renew, deps), session.role, deps.clock.now());
}
