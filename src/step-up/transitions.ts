import type { Ports } from '../core/deps.js';
import { type Credential, digestOf, hasDigest } from '../core/secrets.js';
import { isStored, toStoredDigest } from '../core/tickets.js';
import { addSec, type EpochMs } from '../core/units.js';
import type { NamedBrowser } from '../core/user-agent.js';
import type { Consent } from '../enrolment/consent.js';
import { FaceError } from '../errors.js';
import { type CommittedFrame, commitFrameDigest, findChallenge } from './movement-challenge.js';
import { ownPageOf } from './own-page-flow.js';
import {
  areCodesOffered,
  checkStarted,
  type MovementRecord,
  type StepUpRecord,
  type VendorCheckRecord,
} from './record.js';
import { type IssuedReceipt, type ReleasedKey, requestOf } from './request-flow.js';

/*
 * State transitions of a step-up, as pure functions. They throw `step_up_finished` if the step-up is not active.
 * Callers check authorization.
 */

/** Returns the active step-up, reopened if an attempt ended without a decision. @throws `step_up_finished` */
export function requireStarted(record: StepUpRecord, now: EpochMs): StepUpRecord {
  checkStarted(record, now);
  return { ...record, state: 'started', captured: null };
}

export function checkTicket(
  record: StepUpRecord,
  { secret, browser }: { readonly secret: Credential; readonly browser: Credential | null },
  now: EpochMs,
): void {
  const { challenge, browser: browserDigest } = record.digests;
  // The digest is deleted when a step-up is opened, so the secret cannot be verified. The error reveals nothing,
  // because ids cannot be guessed.
  if (challenge === null) {
    checkStarted(record, now);
    throw new FaceError('step_up_opened');
  }
  if (!isStored(secret, challenge)) throw new FaceError('step_up_unknown');
  if (browserDigest !== null && !(browser !== null && isStored(browser, browserDigest)))
    throw new FaceError('step_up_unknown');
  checkStarted(record, now);
}

export function open(
  record: StepUpRecord,
  opening: Pick<StepUpRecord, 'purpose' | 'hasRecoveryCodes' | 'hasPasskey' | 'returnUrl'> & {
    readonly session: Credential;
    readonly consent: Consent | null;
    readonly lifeSec: number;
  },
  now: EpochMs,
): StepUpRecord {
  const { session, purpose, consent, hasRecoveryCodes, hasPasskey, returnUrl, lifeSec } = opening;
  return {
    ...record,
    digests: { ...record.digests, challenge: null, session: toStoredDigest(session) },
    purpose,
    consent,
    hasRecoveryCodes,
    hasPasskey,
    // An invitation waits for days, so its time starts only when it is opened.
    expiresAt: record.purpose === 'verify' ? record.expiresAt : addSec(now, lifeSec),
    returnUrl: record.returnUrl ?? returnUrl,
  };
}

/** Replaces a ticket that was not used. @throws `step_up_opened` */
export function replaceTicket(record: StepUpRecord, challenge: Credential): StepUpRecord {
  if (record.digests.session !== null) throw new FaceError('step_up_opened');
  return { ...record, digests: { ...record.digests, challenge: toStoredDigest(challenge) } };
}

export const recordConsent = (record: StepUpRecord, consent: Consent, now: EpochMs): StepUpRecord => ({
  ...requireStarted(record, now),
  consent,
});

export const abandon = (record: StepUpRecord, now: EpochMs): StepUpRecord => ({
  ...requireStarted(record, now),
  state: 'abandoned',
  challenge: null,
});

/**
 * Keeps a person's own page open after it ended the enrolment.
 * @param mayEnrol - false if another face could be enrolled on it without any proof
 */
export function keepOpenAfterEnd(record: StepUpRecord, mayEnrol: boolean, now: EpochMs): StepUpRecord {
  const page = ownPageOf(record);
  const started = { ...requireStarted(record, now), startedAt: now };
  return page === null ? started : { ...started, flow: { ...page, mayRenew: page.mayRenew && mayEnrol } };
}

export const renew = (record: StepUpRecord, now: EpochMs): StepUpRecord => ({
  ...requireStarted(record, now),
  purpose: 'enrol',
});

/**
 * Starts a challenge, which replaces the previous one.
 * @throws `consent_missing`; `step_up_finished`, also if no challenges are left
 */
export function challenge(
  record: StepUpRecord,
  challenge: MovementRecord | VendorCheckRecord,
  now: EpochMs,
): StepUpRecord {
  const started = checkMayChallenge(record, now);
  return { ...started, challenge, isGlance: false, left: { ...record.left, challenges: record.left.challenges - 1 } };
}

/** @throws `consent_missing`; `step_up_finished`, also if no challenges are left */
export function checkMayChallenge(record: StepUpRecord, now: EpochMs): StepUpRecord {
  const started = requireStarted(record, now);
  if (record.consent === null) throw new FaceError('consent_missing');
  if (record.purpose === 'manage' || record.left.challenges === 0) throw new FaceError('step_up_finished');
  return started;
}

export function commit(
  record: StepUpRecord,
  { nonce, frame }: { readonly nonce: Credential; readonly frame: CommittedFrame },
  now: EpochMs,
  { random }: Ports<'random'>,
): StepUpRecord {
  return {
    ...requireStarted(record, now),
    challenge: commitFrameDigest(findChallenge(record, nonce, now), frame, now, random),
  };
}

/**
 * Counts a check of a document's photo.
 * @throws `not_found` if no photo is required; `consent_missing`; `step_up_finished`, also if no checks are left
 */
export function countReferenceCheck(
  record: StepUpRecord,
  { isWanted }: { readonly isWanted: boolean },
  now: EpochMs,
): StepUpRecord {
  const started = requireStarted(record, now);
  if (!isWanted) throw new FaceError('not_found');
  if (record.consent === null) throw new FaceError('consent_missing');
  if (record.left.looks === 0) throw new FaceError('step_up_finished');
  return { ...started, left: { ...record.left, looks: record.left.looks - 1 } };
}

/** Sets a ticket for another camera. The previous ticket and its session become invalid. */
export function handOff(
  record: StepUpRecord,
  offered: {
    readonly ticket: Credential;
    readonly code: string;
    readonly choices: string[];
    readonly asking: NamedBrowser;
  },
  now: EpochMs,
): StepUpRecord {
  const { ticket, code, choices, asking } = offered;
  const handOff = { ticketDigest: toStoredDigest(ticket), sessionDigest: null, code, choices, asking } as const;
  return { ...requireStarted(record, now), handOff: { ...handOff, choice: 'open' } };
}

export function openHandedOff(
  record: StepUpRecord,
  { secret, session }: { readonly secret: Credential; readonly session: Credential },
  now: EpochMs,
): StepUpRecord {
  const { handOff } = record;
  if (handOff === null) throw new FaceError('step_up_unknown');
  if (handOff.ticketDigest === null) throw new FaceError('step_up_opened');
  if (!isStored(secret, handOff.ticketDigest)) throw new FaceError('step_up_unknown');
  checkStarted(record, now);
  return { ...record, handOff: { ...handOff, ticketDigest: null, sessionDigest: toStoredDigest(session) } };
}

/** Applies the chosen number. A wrong number, or `null` for none, ends the step-up. */
export function choose(record: StepUpRecord, number: string | null, now: EpochMs): StepUpRecord {
  const started = requireStarted(record, now);
  const { handOff, spoken } = record;
  if (spoken?.choice === 'open') {
    const isHeard = number !== null && hasDigest(number, digestOf(spoken.code));
    if (isHeard) return { ...started, spoken: { ...spoken, choice: 'right' } };
    return { ...started, spoken: { ...spoken, choice: 'wrong' }, state: 'failed', challenge: null };
  }
  if (handOff === null) throw new FaceError('step_up_unknown');
  const isRight = number !== null && hasDigest(number, digestOf(handOff.code));
  if (isRight) return { ...started, handOff: { ...handOff, choice: 'right', asking: null } };
  return { ...started, handOff: { ...handOff, choice: 'wrong' }, state: 'failed', challenge: null };
}

/** Seconds for one attempt, longer than a check with a slow provider. */
export const judgedWithinSec = 30;

export const newAttempt = ({ random }: Ports<'random'>): string => Buffer.from(random(12)).toString('base64url');

/** Counts an attempt that did not pass. */
export const countTry = (record: StepUpRecord): StepUpRecord => ({
  ...record,
  left: { ...record.left, tries: record.left.tries - 1 },
});

export const withoutTries = (record: StepUpRecord): StepUpRecord => ({ ...record, left: { ...record.left, tries: 0 } });

/** Reserves the step-up for one attempt. The attempt is counted now, so that a crash allows no additional one. */
export function capture(record: StepUpRecord, by: string, now: EpochMs): StepUpRecord {
  const counted = countTry(requireStarted(record, now));
  return { ...counted, state: 'captured', captured: { by, until: addSec(now, judgedWithinSec) }, challenge: null };
}

export const releaseAttempt = (attempt: StepUpRecord): StepUpRecord => ({
  ...attempt,
  state: 'started',
  captured: null,
  left: { ...attempt.left, tries: attempt.left.tries + 1 },
});

/**
 * Reserves the step-up before the pass is delivered, so that no other attempt can start.
 * @param attempt - the record that `capture` returned for the attempt
 * @throws `step_up_finished` if another attempt has started
 */
export function reserveForPass(current: StepUpRecord, attempt: StepUpRecord): StepUpRecord {
  return { ...current, captured: { by: checkOwn(current, attempt), until: null } };
}

/**
 * Ends the attempt.
 * @param attempt - the record that `capture` returned for the attempt
 * @throws `step_up_finished` if another attempt has started
 */
export function end(current: StepUpRecord, attempt: StepUpRecord, result: StepUpRecord): StepUpRecord {
  checkOwn(current, attempt);
  return { ...result, captured: null };
}

function checkOwn(current: StepUpRecord, { captured }: StepUpRecord): string {
  if (current.state !== 'captured' || captured === null || current.captured?.by !== captured.by)
    throw new FaceError('step_up_finished');
  return captured.by;
}

/**
 * Consumes the offer of recovery codes. @throws `step_up_finished` if codes are not offered, or the person has
 * continued
 */
export function takeRecoveryCodes(record: StepUpRecord, now: EpochMs): StepUpRecord {
  if (record.codes === null || !areCodesOffered(record, now)) throw new FaceError('step_up_finished');
  return { ...record, codes: { ...record.codes, state: 'made' } };
}

/** Restores the offer after the codes could not be created. */
export const offerRecoveryCodes = (record: StepUpRecord): StepUpRecord =>
  record.codes === null ? record : { ...record, codes: { ...record.codes, state: 'offered' } };

/** Consumes the pass. @throws `face_not_verified`; `step_up_finished` if consumed before */
export function take(record: StepUpRecord): StepUpRecord {
  if (record.state !== 'passed' || record.pass === null) throw new FaceError('face_not_verified');
  if (record.pass.isTaken) throw new FaceError('step_up_finished');
  return { ...record, pass: { ...record.pass, isTaken: true } };
}

/** Removes the caller's token. */
export function dropHeldToken(record: StepUpRecord): StepUpRecord {
  const flow = requestOf(record);
  return flow?.kind === 'held_token' ? { ...record, flow: { ...flow, held: null } } : record;
}

/** Records the receipt that was issued. */
export function noteIssued(record: StepUpRecord, issued: IssuedReceipt): StepUpRecord {
  const flow = requestOf(record);
  if (flow === null || flow.receipt === null) return record;
  return { ...record, flow: { ...flow, receipt: { ...flow.receipt, issued } } };
}

/**
 * Records the content key that was released.
 * @param released - `null` after the application has read it
 */
export function noteReleasedKey(record: StepUpRecord, released: ReleasedKey | null): StepUpRecord {
  const flow = requestOf(record);
  if (flow?.kind !== 'held_token' || flow.contentKey === null) return record;
  return { ...record, flow: { ...flow, contentKey: { ...flow.contentKey, released } } };
}
