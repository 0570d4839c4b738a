import { FaceError } from '../../errors.js';
import type { Credential } from '../concealed.js';
import type { Connection } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { type Consent, findStandingConsent, toStatement } from '../enrolment/consent.js';
import { addSec, toIso } from '../units.js';
import { checkAllowed, type SessionAction, type SessionRole } from './session-actions.js';
import { consentVersion, type SessionView, toSessionView } from './session-view.js';
import { defaultTimeoutSec, newSecret, type SettleDeps, toView } from './step-up.js';
import {
  changeRecord,
  checkStarted,
  isStored,
  outsiderOf,
  readRecord,
  type StepUpRecord,
  toStoredDigest,
} from './step-up-record.js';
import { joinTicket, splitTicket } from './ticket.js';

/*
 * The capture page's hold on a step-up. A link's ticket opens it once; from then on the browser that did shows the secret
 * it got for it. No cookie says who it is, so no other page can make it act.
 */

/** What a browser got for its ticket. */
export interface OpenedSession {
  readonly session: Credential;
  readonly view: SessionView;
}

/**
 * Exchanges a ticket for a session, once. Somebody without an enrolment becomes one who enrols, where the policy says so
 * and somebody vouches for who it is.
 * @param opening.browser - what the browser shows to be the one the link is for
 * @param opening.returnUrl - where an application asked the page to go; only where the connection allows it
 * @throws FaceError `step_up_unknown` (also for a wrong ticket or browser), `step_up_opened`, `step_up_finished`,
 *   `request_malformed`: not an allowed address; `profile_unavailable`
 */
export async function openSession(
  opening: { readonly ticket: Credential; readonly browser: Credential | null; readonly returnUrl: string | null },
  deps: SettleDeps,
): Promise<OpenedSession> {
  const { id, secret } = splitTicket(opening.ticket);
  const { record: found } = await readRecord(id, deps);
  const check = (record: StepUpRecord): void => {
    // A link that was opened before is known by nothing but its id: whoever guesses that learns no more.
    if (record.challengeDigest === null) throw new FaceError('step_up_opened');
    if (!isStored(secret, record.challengeDigest)) throw new FaceError('step_up_unknown');
    if (
      record.browserDigest !== null &&
      !(opening.browser !== null && isStored(opening.browser, record.browserDigest))
    ) {
      throw new FaceError('step_up_unknown');
    }
    checkStarted(record, deps.clock.now());
  };
  check(found);
  const connection = deps.connections.get(found.connection);
  if (opening.returnUrl !== null && !connection?.policy.returnUrls.includes(opening.returnUrl)) {
    throw new FaceError('request_malformed', { field: 'returnUrl' });
  }
  const purpose = (await isToEnrol(found, connection)) ? 'enrol' : found.purpose;
  const consent = purpose === 'verify' ? await findAgreement(found, deps) : null;
  const session = newSecret(deps);
  const opened = await changeRecord(
    id,
    (record) => {
      check(record);
      // An invitation waits for days; once it is open, a person sits before it.
      const lifeSec = connection?.policy.stepUpTimeoutSec ?? defaultTimeoutSec;
      const expiresAt = record.purpose === 'verify' ? record.expiresAt : addSec(deps.clock.now(), lifeSec);
      const returnUrl = record.returnUrl ?? opening.returnUrl;
      return {
        ...record,
        challengeDigest: null,
        sessionDigest: toStoredDigest(session),
        purpose,
        expiresAt,
        returnUrl,
        consent,
      };
    },
    deps,
  );
  if (consent !== null) {
    const { statement, givenAt } = consent;
    const detail = { stepUpId: id, statement, givenAt: toIso(givenAt) };
    await deps.audit.append({
      action: 'consent_relied_on',
      connection: found.connection,
      subject: found.subject,
      detail,
    });
  }
  return { session: joinTicket(id, session), view: toSessionView(id, opened, 'own', deps) };
}

/**
 * What somebody who comes back agreed to at their enrolment, which was to be checked like this. Only where they, or their own
 * provider, asked for the check: to a stranger it would tell who is enrolled.
 */
async function findAgreement(record: StepUpRecord, deps: SettleDeps): Promise<Consent | null> {
  if (record.kept !== null || outsiderOf(record) !== null) return null;
  return findStandingConsent(record, consentVersion, deps);
}

async function isToEnrol(record: StepUpRecord, connection: Connection | undefined): Promise<boolean> {
  const { purpose, proved, kept, subject } = record;
  if (purpose !== 'verify' || !proved || kept !== null || connection?.policy.whenNotEnrolled !== 'enrol') return false;
  try {
    return (await connection.profile.readToken(subject)) === null;
  } catch (error) {
    if (error instanceof FaceError && error.code === 'subject_unknown') return false;
    throw error;
  }
}

/** A session, known to hold its step-up, and the step-up as it was found. */
export interface FoundSession {
  /** What the page showed. */
  readonly session: Credential;
  readonly id: string;
  readonly record: StepUpRecord;
  readonly revision: number;
  readonly role: SessionRole;
  /** What it was found for. */
  readonly action: SessionAction;
}

/**
 * The step-up of a session, for one action.
 * @throws FaceError `step_up_unknown`, also where the session's role may not do that
 */
export async function findSession(
  session: Credential,
  action: SessionAction,
  deps: Pick<CoreDeps, 'state'>,
): Promise<FoundSession> {
  const { id, secret } = splitTicket(session);
  const { record, revision } = await readRecord(id, deps);
  const role = roleOf(secret, record);
  checkAllowed(action, role);
  return { session, id, record, revision, role, action };
}

function roleOf(secret: Credential, { sessionDigest, handOff }: StepUpRecord): SessionRole {
  if (isStored(secret, sessionDigest)) return 'own';
  if (isStored(secret, handOff?.sessionDigest ?? null)) return handOff?.choice === 'right' ? 'camera' : 'unpaired';
  throw new FaceError('step_up_unknown');
}

/**
 * How a session's step-up stands; once it has passed, the receipt too, for the browser the link was for alone: its phone may
 * have sent the pictures, or the reply to them got lost.
 */
export function viewSession(
  { id, record, role }: Pick<FoundSession, 'id' | 'record' | 'role'>,
  deps: SettleDeps,
): { readonly view: SessionView; readonly receipt: Credential | null } {
  const { receipt } = toView(id, record, deps.clock.now());
  return { view: toSessionView(id, record, role, deps), receipt: role === 'own' ? receipt : null };
}

/**
 * Changes the step-up of a session that is still under way: as it was found, or as it is where that is no longer so.
 * @throws FaceError `step_up_unknown`, `step_up_finished`, and whatever `change` throws
 */
export async function changeSession(
  session: FoundSession,
  change: (record: StepUpRecord) => StepUpRecord,
  deps: SettleDeps,
): Promise<StepUpRecord> {
  const { id } = session;
  let known: FoundSession | null = session;
  const read = async (): Promise<FoundSession> => {
    // Whoever wrote in between may have ended this very session.
    const found = known ?? (await findSession(session.session, session.action, deps));
    known = null;
    return found;
  };
  return changeRecord(
    id,
    (found) => {
      checkStarted(found, deps.clock.now());
      return change({ ...found, state: 'started', captured: null });
    },
    deps,
    read,
  );
}

/**
 * Notes that the person agreed to the text they were shown.
 * @throws FaceError `step_up_unknown`, `step_up_finished`, `consent_missing`: another text than the one in force
 */
export async function giveConsent(
  { session, version, language }: { session: FoundSession; version: string; language: string },
  deps: SettleDeps,
): Promise<SessionView> {
  if (version !== consentVersion) throw new FaceError('consent_missing', { version });
  const consent = { statement: toStatement(version, language), givenAt: deps.clock.now() };
  const { id, role } = session;
  const record = await changeSession(session, (found) => ({ ...found, consent }), deps);
  const { connection, subject, purpose } = record;
  const detail = { stepUpId: id, statement: consent.statement, purpose };
  await deps.audit.append({ action: 'consent_given', connection, subject, detail });
  return toSessionView(id, record, role, deps);
}

/**
 * Ends a step-up because the person cannot or will not go on.
 * @throws FaceError `step_up_unknown`, `step_up_finished`
 */
export async function abandonStepUp(session: FoundSession, deps: SettleDeps): Promise<SessionView> {
  const end = (record: StepUpRecord): StepUpRecord => ({ ...record, state: 'abandoned', kept: null, movement: null });
  const { id, role } = session;
  const record = await changeSession(session, end, deps);
  const { connection, subject } = record;
  await deps.audit.append({ action: 'step_up_abandoned', connection, subject, detail: { stepUpId: id } });
  return toSessionView(id, record, role, deps);
}
