import { toAuditFields } from '../core/action.js';
import { bindingOf } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { attemptsOf } from '../core/limits/attempts.js';
import { consumeLimit } from '../core/limits/limits.js';
import { readLockedUntil } from '../core/limits/lockout.js';
import type { MissingEnrolment, SessionRole } from '../core/page-protocol.js';
import type { Credential } from '../core/secrets.js';
import { isStored, joinTicket, newSecret, splitTicket } from '../core/tickets.js';
import { type EpochMs, epochMs, toIso } from '../core/units.js';
import { checkMayReplace, isUsable } from '../enrolment/company-photo.js';
import { type Consent, findCurrentConsent, hasExpired, toStatement } from '../enrolment/consent.js';
import { isEnrolled } from '../enrolment/deny-list.js';
import { readPasskey } from '../enrolment/passkey-record.js';
import { readRecoveryCodes } from '../enrolment/recovery-codes.js';
import { checkNotEnded, checkNotEnrolledSince, hasEndedWithoutFace, hasEnrolmentEnded } from '../enrolment/revoke.js';
import { FaceError, isOneOf, toCode } from '../errors.js';
import type { FlowPorts } from './flow.js';
import {
  anonymousSourceOf,
  checkStarted,
  type StepUpRecord,
  stateAt,
  subjectOf,
  testLockoutSec,
  testOutcomeIn,
  toAskedBy,
} from './record.js';
import { isOfHeldToken } from './request-flow.js';
import {
  alternativesOf,
  checkAllowed,
  consentVersionOf,
  hasCurrentConsent,
  passkeyUseOf,
  type SessionAction,
  type SessionView,
  toSessionView,
} from './session-view.js';
import { defaultTimeoutSec, toView } from './step-up.js';
import { changeRecord, findStepUp, type StepUp } from './stored.js';
import { abandon, checkTicket, open, recordConsent } from './transitions.js';

/*
 * Sessions of the capture page. A ticket opens a step-up once. Then the browser sends a session secret, which is in no
 * cookie, so that other sites cannot use the session (CSRF).
 */

export interface OpenedSession {
  readonly session: Credential;
  readonly view: SessionView;
}

export interface Opening {
  readonly ticket: Credential;
  /** Session secret that the page has chosen. If absent, the server creates one. */
  readonly key?: Credential | null;
}

/**
 * Returns the session that the page has already opened with this secret, if the reply to that request was lost.
 * @returns `null` if there is none
 */
export function findOpened(found: StepUp, key: Credential | null, { clock }: Ports<'clock'>): OpenedSession | null {
  const { id, record } = found;
  if (key === null || !isOpenedUnder(record, key)) return null;
  return { session: joinTicket(id, key), view: toSessionView(found, roleOf(key, record), clock.now()) };
}

export const isOpenedUnder = ({ digests, handOff }: StepUpRecord, key: Credential): boolean =>
  [digests.session, handOff?.sessionDigest ?? null].some((digest) => isStored(key, digest));

/**
 * Exchanges a ticket for a session, once. If the policy says so, a check becomes an enrolment for an authenticated user
 * who is not enrolled.
 * @throws `step_up_unknown`, also for a wrong ticket or browser; `step_up_opened`; `step_up_finished`, also for an
 * enrolment or own page whose person has enrolled since the start; `enrolment_exists`;
 * `request_malformed` for a return URL that is not allowed
 */
export async function openSession(
  opening: Opening & { readonly browser: Credential | null; readonly returnUrl: string | null },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'connections' | 'keys'> & FlowPorts,
): Promise<OpenedSession> {
  const { id, secret } = splitTicket(opening.ticket);
  const { browser, returnUrl, key = null } = opening;
  const found = await findStepUp(id, deps);
  const { connection } = found;
  const opened = findOpened(found, key, deps);
  if (opened !== null) return opened;
  checkTicket(found.record, { secret, browser }, deps.clock.now());
  await checkGoesOn(found.record, deps);
  // A link could replace the face that the person has enrolled since it was made.
  if (found.record.purpose !== 'verify') await checkNotEnrolledSince(found.record, deps);
  if (returnUrl !== null && !connection?.policy.returnUrls.includes(returnUrl)) {
    throw new FaceError('request_malformed', { field: 'returnUrl' });
  }
  const purpose = (await isToEnrol(found, deps)) ? 'enrol' : found.record.purpose;
  // A photo is compared later. Without one, the person need not show their face in vain.
  if (found.record.purpose === 'enrol' && connection !== null && connection.policy.photo === null)
    await checkMayReplace({ connection, subject: found.record.subject }, found.terms.proof, deps);
  const consent = purpose === 'verify' ? await findAgreement(found, deps) : null;
  if (consent !== null) {
    // The audit entry is written before the link is opened, because the link opens only once and every consent needs an
    // entry.
    const detail = { stepUpId: id, statement: consent.statement, givenAt: toIso(consent.givenAt) };
    await deps.audit.append({ action: 'consent_relied_on', ...subjectOf(found.record), detail });
  }
  const hasRecoveryCodes = await hasSavedCodes(found, deps);
  const hasPasskey = purpose === 'verify' && (await hasUsablePasskey(found, deps));
  const session = key ?? newSecret(deps);
  const lifeSec = connection?.policy.stepUpTimeoutSec ?? defaultTimeoutSec;
  const now = deps.clock.now();
  const record = await changeRecord(
    id,
    (latest) => {
      if (isOpenedUnder(latest, session)) return latest;
      checkTicket(latest, { secret, browser }, now);
      return open(latest, { session, purpose, consent, hasRecoveryCodes, hasPasskey, returnUrl, lifeSec }, now);
    },
    deps,
  );
  return {
    session: joinTicket(id, session),
    view: toSessionView({ ...found, record }, ownRole(record), deps.clock.now()),
  };
}

/**
 * Returns the consent of the enrolment. Anonymous initiators get `null`, because a consent reveals that the person is
 * enrolled.
 */
async function findAgreement(
  { record, connection }: Pick<StepUp, 'record' | 'connection'>,
  deps: Ports<'state' | 'clock'>,
): Promise<Consent | null> {
  if (isOfHeldToken(record) || anonymousSourceOf(record) !== null) return null;
  return findCurrentConsent(record, consentVersionOf(connection), deps);
}

/** Returns true if a saved recovery code would be accepted. Anonymous initiators are offered none, without a look-up. */
async function hasSavedCodes(stepUp: StepUp, deps: Ports<'state' | 'clock' | 'keys'>): Promise<boolean> {
  if (!alternativesOf(stepUp).includes('recovery_code')) return false;
  const codes = await readRecoveryCodes(subjectOf(stepUp.record), deps);
  return codes !== null && codes.left > 0 && !(await hasExpired(subjectOf(stepUp.record), deps));
}

/** Returns true if the person has the passkey that a rule asks for. */
async function hasUsablePasskey(stepUp: StepUp, deps: Ports<'state' | 'clock'>): Promise<boolean> {
  if (passkeyUseOf(stepUp) === 'none') return false;
  const who = subjectOf(stepUp.record);
  return (await readPasskey(who, deps)) !== null && !(await hasExpired(who, deps));
}

async function isToEnrol(
  { record, connection }: StepUp,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<boolean> {
  const { purpose, subject, action } = record;
  // The face at an enrolment is compared with nothing, so it cannot approve an action.
  if (action !== null) return false;
  if (purpose !== 'verify' || isOfHeldToken(record) || connection?.policy.whenNotEnrolled !== 'enrol') return false;
  if (record.assurance.kind !== 'vouched') return false;
  try {
    if (isEnrolled(await connection.profile.readToken(subject), deps)) return false;
    return !(await hasEndedWithoutFace(record, deps));
  } catch (error) {
    if (error instanceof FaceError && error.code === 'subject_unknown') return false;
    throw error;
  }
}

export interface FoundSession extends StepUp {
  readonly session: Credential;
  readonly revision: number;
  readonly role: SessionRole;
  readonly action: SessionAction;
}

/**
 * Finds the step-up of a session for one action. @throws `step_up_unknown`, also if the session's role does not allow
 * the action
 */
export async function findSession(
  session: Credential,
  action: SessionAction,
  deps: Ports<'state' | 'connections'> & FlowPorts,
): Promise<FoundSession> {
  const { id, secret } = splitTicket(session);
  const found = await findStepUp(id, deps);
  const role = roleOf(secret, found.record);
  checkAllowed(action, role);
  if (action !== 'read') await checkGoesOn(found.record, deps);
  return { ...found, session, role, action };
}

/**
 * Refuses a running enrolment or own page if the person's enrolment has ended since the start.
 * @throws `step_up_finished`
 */
async function checkGoesOn(record: StepUpRecord, deps: Ports<'state'>): Promise<void> {
  if (record.purpose !== 'verify') await checkNotEnded(record, deps);
}

function roleOf(secret: Credential, record: StepUpRecord): SessionRole {
  const { digests, handOff } = record;
  if (isStored(secret, digests.session)) return ownRole(record);
  if (isStored(secret, handOff?.sessionDigest ?? null)) return handOff?.choice === 'right' ? 'camera' : 'unpaired';
  throw new FaceError('step_up_unknown');
}

const ownRole = ({ spoken }: StepUpRecord): SessionRole =>
  spoken === null || spoken.choice === 'right' ? 'own' : 'unpaired';

/** Returns the view of a session. Only the link's own browser gets the receipt. */
export function viewSession(
  stepUp: StepUp & { readonly role: SessionRole },
  { clock }: Ports<'clock'>,
): { readonly view: SessionView; readonly receipt: Credential | null } {
  const { id, record, role } = stepUp;
  const { receipt } = toView(id, record, clock.now());
  return { view: toSessionView(stepUp, role, clock.now()), receipt: role === 'own' ? receipt : null };
}

/**
 * Returns how long the user is locked out, so that the page shows it before the camera opens.
 * @returns seconds, or `null` if not locked out. Anonymous callers always get `null` before they submit a face
 */
export async function findLockoutSec(
  { record, terms, connection, role }: StepUp & { readonly role: SessionRole },
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<number | null> {
  const { purpose, subject } = record;
  const isOpen = stateAt(record, clock.now()) === 'started' && role !== 'unpaired';
  if (testOutcomeIn(record, connection) === 'lockout') return isOpen ? testLockoutSec : null;
  if (connection === null || !isOpen || purpose !== 'verify' || isOfHeldToken(record)) return null;
  if (anonymousSourceOf(record) !== null) return null;
  const whose = attemptsOf(bindingOf(connection, subject), null, terms.countsAs);
  const found = await Promise.all(whose.map((who) => readLockedUntil(who, { state, clock })));
  const until = found.find((each) => each !== null) ?? null;
  return until === null ? null : Math.max(1, Math.ceil((until - clock.now()) / 1000));
}

/**
 * Finds out before the camera opens that a user has no enrolment. Users with a current consent need no look-up.
 * @returns `null` if the user is enrolled, has no account, cannot be looked up or was looked up too often. Callers without a first factor always
 * get `null` without a look-up, so that they cannot find out who is enrolled
 */
export async function findMissingEnrolment(
  { record, terms, connection, role }: StepUp & { readonly role: SessionRole },
  deps: Ports<'state' | 'clock' | 'verifier' | 'settings'>,
): Promise<MissingEnrolment | null> {
  const { purpose, subject, consent, handOff } = record;
  const test = testOutcomeIn(record, connection);
  if (test !== null) return test === 'unenrolled' ? { linkOffered: false } : null;
  if (connection === null || isOfHeldToken(record) || anonymousSourceOf(record) !== null) return null;
  const isNew = stateAt(record, deps.clock.now()) === 'started' && consent === null && handOff === null;
  if (role !== 'own' || !isNew || purpose !== 'verify' || terms.countsAs !== 'sign_in') return null;
  try {
    // A stolen password could otherwise use up the calls that the provider allows this server.
    await consumeLimit('enrolmentLookUpsOfPerson', JSON.stringify([connection.id, subject]), deps);
    if (await isUsable(await connection.profile.readToken(subject), deps)) return null;
  } catch (error) {
    if (isOneOf(['subject_unknown', 'profile_unavailable', 'locked_out'], toCode(error))) return null;
    throw error;
  }
  // An enrolment that was ended, perhaps with a stolen password, is not replaced by the mailbox alone.
  if (connection.policy.whenNotEnrolled === 'refuse') return { linkOffered: false };
  return { linkOffered: !(await hasEnrolmentEnded(subjectOf(record), epochMs(0), deps)) };
}

/**
 * Changes the step-up of a session, and retries after concurrent changes.
 * @throws `step_up_unknown`, and what `change` throws
 */
export async function changeSession(
  session: FoundSession,
  change: (record: StepUpRecord, now: EpochMs) => StepUpRecord,
  deps: Ports<'state' | 'clock'>,
): Promise<StepUp> {
  const { id, terms, connection, action } = session;
  const { secret } = splitTicket(session.session);
  const record = await changeRecord(
    id,
    (found) => {
      // A concurrent change may have ended this session.
      checkAllowed(action, roleOf(secret, found));
      return change(found, deps.clock.now());
    },
    deps,
    session,
  );
  return { id, record, terms, connection };
}

/**
 * Records consent to the displayed text, once for each step-up: repeated calls change nothing.
 * @throws `step_up_unknown`, `step_up_finished`; `consent_missing` if that is not the current text
 */
export async function giveConsent(
  { session, version, language }: { session: FoundSession; version: string; language: string },
  deps: Ports<'state' | 'clock' | 'audit' | 'settings'>,
): Promise<SessionView> {
  if (version !== consentVersionOf(session.connection)) throw new FaceError('consent_missing', { version });
  const { id, record } = session;
  const consent = { statement: toStatement(version, language), givenAt: deps.clock.now() };
  checkStarted(record, deps.clock.now());
  const isGivenHere = record.consent !== null && record.consent.givenAt >= record.startedAt;
  if (isGivenHere && hasCurrentConsent(session)) return toSessionView(session, session.role, deps.clock.now());
  // Bounds the records of concurrent calls, which all find no consent.
  await consumeLimit('consentsOfStepUp', id, deps);
  const detail = { stepUpId: id, statement: consent.statement, purpose: record.purpose };
  await deps.audit.append({ action: 'consent_given', ...subjectOf(record), detail });
  const stepUp = await changeSession(session, (found, now) => recordConsent(found, consent, now), deps);
  return toSessionView(stepUp, session.role, deps.clock.now());
}

export async function abandonStepUp(
  session: FoundSession,
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<SessionView> {
  const stepUp = await changeSession(session, abandon, deps);
  const { id, record } = stepUp;
  const application = record.application ?? undefined;
  // A person who leaves their own page abandons no check.
  if (record.purpose !== 'manage')
    await deps.audit.append({
      action: 'step_up_abandoned',
      ...subjectOf(record),
      detail: { stepUpId: id, ...toAskedBy(stepUp) },
    });
  if (record.action !== null) {
    const detail = { stepUpId: id, ...toAuditFields(record.action), application };
    await deps.audit.append({ action: 'action_declined', ...subjectOf(record), detail });
  }
  return toSessionView(stepUp, session.role, deps.clock.now());
}
