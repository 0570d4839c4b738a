import { FaceError } from '../../errors.js';
import { type ConnectedSubject, toSubjectRef } from '../connection.js';
import { readConsent } from '../enrolment/consent.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { type EpochMs, toEpochMs } from '../units.js';
import { checkStarted } from './record.js';
import { changeSession, type FoundSession } from './session.js';
import { type SessionView, toSessionView } from './session-view.js';
import type { StepUpDeps } from './stored.js';
import { goOnAfterEnd, renew } from './transitions.js';

/** What is held of a person, as they may see it. */
export interface CurrentEnrolment {
  readonly tokenId: string;
  /** When they agreed to it; `null` where that was not recorded here. */
  readonly enrolledAt: EpochMs | null;
  /** What the token may be used for. */
  readonly purpose: string;
  readonly expiresAt: EpochMs | null;
}

/**
 * The person whose own page a session is of.
 * @throws FaceError `step_up_unknown` (also of another purpose), `step_up_finished`
 */
export function findManaged({ record, connection }: FoundSession, { clock }: StepUpDeps): ConnectedSubject {
  checkStarted(record, clock.now());
  if (record.purpose !== 'manage' || connection === null) throw new FaceError('step_up_unknown');
  return { connection, subject: record.subject };
}

/**
 * What is held of the person whose page this is; `null`: nothing.
 * @throws FaceError `step_up_unknown` (also of another purpose), `step_up_finished`, `profile_unavailable`
 */
export async function readCurrentEnrolment(session: FoundSession, deps: StepUpDeps): Promise<CurrentEnrolment | null> {
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

/**
 * Ends the enrolment of the person whose page this is, and their consent with it.
 * @throws FaceError as `readCurrentEnrolment`, and `revokeSubject`
 */
export async function revokeCurrentEnrolment(session: FoundSession, deps: StepUpDeps): Promise<void> {
  await revokeSubject(findManaged(session, deps), deps);
  // It ends all that was begun before but this very page.
  await changeSession(session, goOnAfterEnd, deps);
}

/**
 * Turns the page into one that enrols anew; what is held stays until the new token is there.
 * @throws FaceError as `readCurrentEnrolment`; `not_found`: not on this page, whose person has shown no face
 */
export async function renewCurrentEnrolment(session: FoundSession, deps: StepUpDeps): Promise<SessionView> {
  findManaged(session, deps);
  if (!session.record.mayRenew) throw new FaceError('not_found');
  return toSessionView(await changeSession(session, renew, deps), session.role, deps.clock.now());
}
