import { FaceError } from '../../errors.js';
import type { Credential } from '../concealed.js';
import { digestOf, hasDigest } from '../digest.js';
import type { Consent } from '../enrolment/consent.js';
import type { Random } from '../ports.js';
import { addSec, type EpochMs } from '../units.js';
import { commitTo, findChallenge, type MovementRecord } from './movement-challenge.js';
import type { StepUpPurpose } from './page-protocol.js';
import { type AskingBrowser, areCodesOffered, checkStarted, type StepUpRecord } from './record.js';
import { isStored, toStoredDigest } from './ticket.js';

/*
 * How a step-up goes on. Each function is given the record as it is and what happened, and gives the record as it is from now
 * on, or throws where that may not happen now: `step_up_finished` unless the step-up is under way. They ask nobody and keep
 * nothing; who calls them has checked who asks.
 */

/** Of one that is under way, also where an attempt before was left undecided. @throws FaceError `step_up_finished` */
export function underWay(record: StepUpRecord, now: EpochMs): StepUpRecord {
  checkStarted(record, now);
  return { ...record, state: 'started', captured: null };
}

/**
 * What a link holds, shown by the browser it is for.
 * @throws FaceError `step_up_opened`, `step_up_unknown`, `step_up_finished`
 */
export function checkTicket(
  record: StepUpRecord,
  { secret, browser }: { readonly secret: Credential; readonly browser: Credential | null },
  now: EpochMs,
): void {
  const { challengeDigest, browserDigest } = record;
  // A link that was opened before is known by nothing but its id: whoever guesses that learns no more.
  if (challengeDigest === null) throw new FaceError('step_up_opened');
  if (!isStored(secret, challengeDigest)) throw new FaceError('step_up_unknown');
  if (browserDigest !== null && !(browser !== null && isStored(browser, browserDigest)))
    throw new FaceError('step_up_unknown');
  checkStarted(record, now);
}

/** Opened by the browser it is for, once. @param opening.lifeSec - how long whoever sits before it has from now on */
export function open(
  record: StepUpRecord,
  opening: {
    readonly session: Credential;
    readonly purpose: StepUpPurpose;
    readonly consent: Consent | null;
    readonly returnUrl: string | null;
    readonly lifeSec: number;
  },
  now: EpochMs,
): StepUpRecord {
  const { session, purpose, consent, returnUrl, lifeSec } = opening;
  return {
    ...record,
    challengeDigest: null,
    sessionDigest: toStoredDigest(session),
    purpose,
    consent,
    // An invitation waits for days; once it is open, a person sits before it.
    expiresAt: record.purpose === 'verify' ? record.expiresAt : addSec(now, lifeSec),
    returnUrl: record.returnUrl ?? returnUrl,
  };
}

/** Sent to a kiosk, which gets a ticket of its own. @throws FaceError `step_up_opened` */
export function reticket(record: StepUpRecord, challenge: Credential): StepUpRecord {
  if (record.sessionDigest !== null) throw new FaceError('step_up_opened');
  return { ...record, challengeDigest: toStoredDigest(challenge) };
}

export const agree = (record: StepUpRecord, consent: Consent, now: EpochMs): StepUpRecord => ({
  ...underWay(record, now),
  consent,
});

/** Given up by the person. */
export const abandon = (record: StepUpRecord, now: EpochMs): StepUpRecord => ({
  ...underWay(record, now),
  state: 'abandoned',
  kept: null,
  movement: null,
});

/** A person's own page by which the enrolment was ended. */
export const goOnAfterEnd = (record: StepUpRecord, now: EpochMs): StepUpRecord => ({
  ...underWay(record, now),
  startedAt: now,
});

/** From a person's own page on to an enrolment: whoever ended theirs there may make a new one there. */
export const renew = (record: StepUpRecord, now: EpochMs): StepUpRecord => ({
  ...underWay(record, now),
  purpose: 'enrol',
});

/** A movement challenge, in place of any former one. @throws FaceError `consent_missing`, `step_up_finished`: or none is left */
export function challenge(record: StepUpRecord, movement: MovementRecord, now: EpochMs): StepUpRecord {
  const started = underWay(record, now);
  if (record.consent === null) throw new FaceError('consent_missing');
  if (record.purpose === 'manage' || record.challengesLeft === 0) throw new FaceError('step_up_finished');
  return { ...started, movement, challengesLeft: record.challengesLeft - 1 };
}

/** A picture of the movement told last. @throws FaceError `challenge_wrong` */
export function commit(
  record: StepUpRecord,
  { nonce, digest }: { readonly nonce: Credential; readonly digest: string },
  now: EpochMs,
): StepUpRecord {
  return { ...underWay(record, now), movement: commitTo(findChallenge(record, nonce, now), digest, now) };
}

/**
 * The photo of an identity document, looked at by itself.
 * @throws FaceError `not_found`: none is wanted; `consent_missing`, `step_up_finished`: or no look is left
 */
export function look(record: StepUpRecord, { isWanted }: { readonly isWanted: boolean }, now: EpochMs): StepUpRecord {
  const started = underWay(record, now);
  if (!isWanted) throw new FaceError('not_found');
  if (record.consent === null) throw new FaceError('consent_missing');
  if (record.looksLeft === 0) throw new FaceError('step_up_finished');
  return { ...started, looksLeft: record.looksLeft - 1 };
}

/** A ticket for the camera of another device, in place of a former one and what had opened that. */
export function handOff(
  record: StepUpRecord,
  offered: {
    readonly ticket: Credential;
    readonly code: string;
    readonly choices: string[];
    readonly asking: AskingBrowser;
  },
  now: EpochMs,
): StepUpRecord {
  const { ticket, code, choices, asking } = offered;
  const handOff = { ticketDigest: toStoredDigest(ticket), sessionDigest: null, code, choices, asking } as const;
  return { ...underWay(record, now), handOff: { ...handOff, choice: 'open' } };
}

/** The other device opens its ticket, once. @throws FaceError `step_up_unknown`, `step_up_opened` */
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

/**
 * The number chosen at the other device, or by somebody on the telephone, `null` for none of those offered; a wrong one ends
 * the step-up.
 */
export function choose(record: StepUpRecord, number: string | null, now: EpochMs): StepUpRecord {
  const started = underWay(record, now);
  const { handOff, spoken } = record;
  if (spoken?.choice === 'open') {
    const isHeard = number !== null && hasDigest(number, digestOf(spoken.code));
    if (isHeard) return { ...started, spoken: { ...spoken, choice: 'right' } };
    return { ...started, spoken: { ...spoken, choice: 'wrong' }, state: 'failed', kept: null, movement: null };
  }
  if (handOff === null) throw new FaceError('step_up_unknown');
  const isRight = number !== null && hasDigest(number, digestOf(handOff.code));
  if (isRight) return { ...started, handOff: { ...handOff, choice: 'right', asking: null } };
  return { ...started, handOff: { ...handOff, choice: 'wrong' }, state: 'failed', kept: null, movement: null };
}

/** Longer than a check takes with a slow provider behind it. */
export const judgedWithinSec = 30;

/** Names an attempt. */
export const newAttempt = ({ random }: { readonly random: Random }): string =>
  Buffer.from(random(12)).toString('base64url');

/**
 * Taken for one attempt. The try is counted now, so that nobody wins one by what ends this process.
 * @param by - names the attempt
 */
export function capture(record: StepUpRecord, by: string, now: EpochMs): StepUpRecord {
  const { triesLeft } = underWay(record, now);
  const captured = { by, until: addSec(now, judgedWithinSec) };
  return { ...record, state: 'captured', captured, movement: null, triesLeft: triesLeft - 1 };
}

/** As it was before it was captured, with its try, and without the challenge whose frames came. */
export const uncaptured = (captured: StepUpRecord): StepUpRecord => ({
  ...captured,
  state: 'started',
  captured: null,
  triesLeft: captured.triesLeft + 1,
});

/**
 * Kept for an attempt that has passed, before the pass goes anywhere: from now on no other can begin.
 * @param captured - as `capture` made it
 * @throws FaceError `step_up_finished`: another attempt has begun
 */
export function keep(record: StepUpRecord, captured: StepUpRecord): StepUpRecord {
  const by = checkOwn(record, captured);
  return { ...record, captured: { by, until: null } };
}

/**
 * The attempt is over, unless it took so long that another may have begun.
 * @param captured - as `capture` made it
 * @param ended - what the step-up is from now on
 * @throws FaceError `step_up_finished`: another attempt has begun
 */
export function end(record: StepUpRecord, captured: StepUpRecord, ended: StepUpRecord): StepUpRecord {
  checkOwn(record, captured);
  return { ...ended, captured: null };
}

/** @returns the name of the attempt */
function checkOwn(found: StepUpRecord, { captured }: StepUpRecord): string {
  if (found.state !== 'captured' || captured === null || found.captured?.by !== captured.by)
    throw new FaceError('step_up_finished');
  return captured.by;
}

/** New recovery codes. @throws FaceError `step_up_finished`: none are offered, or the person has gone on with those that were made */
export function takeRecoveryCodes(record: StepUpRecord, now: EpochMs): StepUpRecord {
  if (!areCodesOffered(record, now)) throw new FaceError('step_up_finished');
  return { ...record, recoveryCodes: 'made' };
}

/** Those that were taken could not be made. */
export const offerRecoveryCodes = (record: StepUpRecord): StepUpRecord => ({ ...record, recoveryCodes: 'offered' });

/** The pass is taken, once. @throws FaceError `face_not_verified`, `step_up_finished`: taken already */
export function take(record: StepUpRecord): StepUpRecord {
  if (record.state !== 'passed') throw new FaceError('face_not_verified');
  if (record.taken) throw new FaceError('step_up_finished');
  return { ...record, taken: true };
}
