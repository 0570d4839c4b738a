import type { CoreDeps, Ports } from '../core/deps.js';
import { type DeviceSignals, isPhone } from '../core/device-signals.js';
import type { QueueShare } from '../core/fair-queue.js';
import { type Hint, hintOfFrames, hintOfReference } from '../core/hints.js';
import { charge, consumeLimits, type LimitUse } from '../core/limits/limits.js';
import type { CapturedFrame, LivenessFinding, Measurement, PresentedSecret } from '../core/ports.js';
import { toPoses } from '../core/poses.js';
import type { ScreenAxis } from '../core/screen-light.js';
import { type Credential, digestOf, type Photo } from '../core/secrets.js';
import { newSecret } from '../core/tickets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { companyPhotoCodes, proveEnrolment } from '../enrolment/company-photo.js';
import { enrolSubject } from '../enrolment/enrol.js';
import { checkNotEnded, checkNotEnrolledSince } from '../enrolment/revoke.js';
import { FaceError, type FaceErrorCode, isOneOf, type PhotoCode, photoCodes, toCode } from '../errors.js';
import { attempt, completeVerification, countAnonymousCheck, passStepUp } from './complete.js';
import { type ComparedFrames, compareWithEarlier, rememberFrames } from './earlier-frames.js';
import {
  findChallenge,
  type MovementRecord,
  measureChallenge,
  type NextMovement,
  newChallenge,
  nextOf,
  toInstructions,
} from './movement-challenge.js';
import { anonymousSourceOf, chargeUnusable, checkStarted, type StepUpRecord, shareOf, subjectOf } from './record.js';
import { isOfReferencePhoto, matchReference, takeReference, wantsReference } from './reference-photo.js';
import { changeSession, type FoundSession, viewSession } from './session.js';
import { lightByPolicy, type SessionView } from './session-view.js';
import { endAttempt, type StepUp } from './stored.js';
import { capture, challenge, commit, newAttempt, releaseAttempt } from './transitions.js';
import { checkSecret, presentSecret, type SentSecret } from './user-secret.js';

interface TakenFrames {
  readonly captured: StepUp;
  readonly measured: readonly Measurement[];
  readonly movement: MovementRecord;
  readonly photos: readonly Photo[];
  readonly share: QueueShare;
  readonly device: DeviceSignals | null;
}

const toFrames = ({ movement, photos }: TakenFrames): readonly CapturedFrame[] =>
  toInstructions(movement).flatMap((asked, at) => {
    const photo = photos.at(at);
    return photo === undefined ? [] : [{ ...asked, photo }];
  });

const facesOf = (taken: TakenFrames): readonly Photo[] => toPoses(toFrames(taken)).map(({ shown }) => shown.photo);

/** Combines the findings of judge, frame digests and timing. All are recorded in the audit log. */
async function judgeFrames(
  taken: TakenFrames,
  deps: Ports<'state' | 'clock' | 'audit' | 'keys' | 'judge' | 'analysisCache'>,
): Promise<{ readonly finding: LivenessFinding; readonly earlier: ComparedFrames | null }> {
  const { captured, measured, movement, device } = taken;
  const { judge, audit } = deps;
  const [found, earlier] = await Promise.all([
    judge.judge(toFrames(taken), taken.share),
    compareWithEarlier(captured.record, facesOf(taken), deps),
  ]);
  const told = earlier === null ? measured : [...measured, earlier.unlike];
  const missed = told.filter(({ pass }) => !pass).map(({ name }) => name);
  const measurements = [...told, ...found.measurements];
  const reasons = [...missed, ...found.reasons];
  const pass = found.pass && missed.length === 0;
  const isAnonymous = anonymousSourceOf(captured.record) !== null;
  const detail = {
    stepUpId: captured.id,
    judge: found.presence,
    pass,
    reasons,
    asked: movement.asked,
    // Anonymous callers can cause many records, so theirs are short.
    signals: measurements
      .filter((measurement) => !isAnonymous || !measurement.pass)
      .map((measurement) => ({ ...measurement })),
    device: isAnonymous ? undefined : (device ?? undefined),
  };
  await audit.append({ action: 'liveness_judged', ...subjectOf(captured.record), detail });
  return { finding: { ...found, pass, reasons, measurements }, earlier };
}

type CaptureDeps = CoreDeps & Ports<'keys' | 'passkeys' | 'judge' | 'analysisCache'>;

/** Seconds for which the first picture of a challenge is remembered, to detect a resubmission. */
const rememberedSec = 24 * 60 * 60;
/** Shorter, because anonymous callers may begin thousands of checks a minute. */
const anonymousRememberedSec = 60 * 60;

/** Returns the limit of challenges without a decision. A token that the caller stores names no person. */
function undecidedOf(record: StepUpRecord): readonly LimitUse[] {
  if (record.kept !== null) return [];
  const { connection, subject, countsAs } = record;
  if (countsAs !== 'sign_in') return [['undecidedOfRecoveries', JSON.stringify([connection, subject, countsAs])]];
  const person = JSON.stringify([connection, subject]);
  return [[anonymousSourceOf(record) === null ? 'undecidedOfPerson' : 'undecidedOfPersonByOutsiders', person]];
}

/**
 * Starts a challenge, which replaces the previous one.
 * @param start.shows - how the page splits the screen, or `null` if it cannot show light
 * @param start.shown - digest of the displayed action, or `null`
 * @throws `step_up_unknown`, `step_up_finished`, `consent_missing`, `light_needed`, `phone_needed`, `action_unseen`;
 * `locked_out` after too many challenges without a decision
 */
export async function startChallenge(
  start: {
    readonly session: FoundSession;
    readonly shows: ScreenAxis | null;
    readonly userAgent: string | null;
    readonly shown: string | null;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'settings'>,
): Promise<{ readonly nonce: Credential; readonly next: NextMovement | null; readonly expiresAt: EpochMs }> {
  const { session, shows, userAgent, shown } = start;
  if (session.record.camera === 'phone' && !isPhone(userAgent)) throw new FaceError('phone_needed');
  // A page of an older version would not show the action, and sends no digest of it.
  if (shown !== (session.record.action?.digest ?? null)) throw new FaceError('action_unseen');
  const light = lightByPolicy(session);
  if (light === 'demanded' && shows === null) throw new FaceError('light_needed');
  checkStarted(session.record, deps.clock.now());
  await consumeLimits(undecidedOf(session.record), deps);
  const nonce = newSecret(deps);
  const movement = newChallenge(nonce, light === 'none' ? null : shows, deps);
  await changeSession(session, (found, now) => challenge(found, movement, now), deps);
  return { nonce, next: nextOf(movement), expiresAt: movement.expiresAt };
}

/**
 * Records the digest of a picture that is submitted later, and returns the next instruction.
 * @param frame.digest - SHA-256, base64url
 * @returns `null` when the challenge is complete
 * @throws `step_up_unknown`, `step_up_finished`, `challenge_wrong`
 */
export async function commitFrame(
  { session, nonce, digest }: { session: FoundSession; nonce: Credential; digest: string },
  deps: Ports<'state' | 'clock'>,
): Promise<NextMovement | null> {
  const { record } = await changeSession(session, (found, now) => commit(found, { nonce, digest }, now), deps);
  return record.movement === null ? null : nextOf(record.movement);
}

export interface FramesOutcome {
  readonly view: SessionView;
  readonly outcome: 'passed' | 'failed' | 'try_again';
  readonly hint: Hint | null;
  /** Receipt, only for the browser that opened the link. */
  readonly receipt: Credential | null;
}

export interface SubmittedFrames {
  readonly session: FoundSession;
  readonly nonce: Credential;
  readonly photos: readonly Photo[];
  readonly reference: Photo | null;
  readonly secret: SentSecret;
  /** Camera data from the page, or `null`. It is only recorded. */
  readonly device: DeviceSignals | null;
}

/**
 * Judges a challenge's frames and completes the step-up. A wrong face, missing liveness, an unenrolled and a revoked
 * person get the same answer, and each costs an attempt.
 * @throws `step_up_unknown`, `step_up_finished`, `challenge_wrong`, `secret_missing`, `secret_weak`, `photo_missing`,
 * `locked_out`, `profile_unavailable`, `overloaded`, `upstream_unavailable`, `upstream_malformed`. The step-up stays
 * open
 */
export function submitFrames(submitted: SubmittedFrames, deps: CaptureDeps): Promise<FramesOutcome> {
  return chargeUnusable(submitted.session, (toRow) => judgeSubmitted(submitted, toRow, deps), deps);
}

async function judgeSubmitted(
  submitted: SubmittedFrames,
  toRow: () => QueueShare,
  deps: CaptureDeps,
): Promise<FramesOutcome> {
  const taken = await takeChallenge(submitted, deps);
  return attempt(taken.captured, () => judgeTaken(taken, submitted, toRow, deps), deps);
}

interface TakenChallenge {
  readonly captured: StepUp;
  readonly movement: MovementRecord;
}

async function judgeTaken(
  { captured, movement }: TakenChallenge,
  submitted: SubmittedFrames,
  toRow: () => QueueShare,
  deps: CaptureDeps,
): Promise<FramesOutcome> {
  const { photos, reference, device } = submitted;
  // Headers and limits come first, so that frames which cost the caller nothing cause no look-up and no record.
  const unusable = findUnusable(photos, deps);
  if (unusable !== null)
    return lose({ captured, submitted }, releaseAttempt(captured.record), hintOfFrames[unusable], deps);
  await countAnonymousCheck(captured.record, deps);
  const digests = photos.map((photo) => photo.use((bytes) => digestOf(bytes).toString('base64url')));
  const measured = measureChallenge(movement, digests, await countFresh(captured.record, movement, digests, deps));
  // Judge, verifier and document comparison use the same examined pictures.
  const share = toRow();
  const frames = deps.analysisCache.hold(photos, share);
  // The document photo has its own place in the queue, so that it is examined even if a frame is unusable.
  const documents = deps.analysisCache.hold(reference === null ? [] : [reference], toRow());
  const [document = null] = documents.photos;
  const seen = { ...submitted, photos: frames.photos, reference: document };
  try {
    return await complete(
      { captured, measured, movement, device, photos: frames.photos, share, submitted: seen },
      deps,
    );
  } finally {
    await Promise.all([frames.release(), documents.release()]);
  }
}

/** Removes the challenge from the step-up, so that the frames are accepted only once. */
async function takeChallenge(
  { session, nonce, photos, secret, reference }: SubmittedFrames,
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<TakenChallenge> {
  const now = deps.clock.now();
  const movement = findChallenge(session.record, nonce, now);
  const { length: of } = movement.asked;
  if (photos.length !== of) throw new FaceError(photos.length < of ? 'photo_missing' : 'photo_too_many');
  const by = newAttempt(deps);
  const take = (record: StepUpRecord): StepUpRecord => {
    const captured = capture(record, by, now);
    const found = { ...session, record };
    findChallenge(record, nonce, now);
    checkSecret(found, secret);
    if (wantsReference(found) && reference === null) throw new FaceError('photo_missing');
    return captured;
  };
  return { captured: await changeSession(session, take, deps), movement };
}

/**
 * Counts the pictures that no earlier challenge contained. A challenge whose pictures were all committed is remembered
 * by one record, with the digest of its first picture: any later challenge that contains this picture is found.
 */
async function countFresh(
  record: StepUpRecord,
  movement: MovementRecord,
  digests: readonly string[],
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<number> {
  const [first = '', ...others] = new Set(digests);
  const known = await state.readMany(others.map(frameKey));
  const isCommitted = digests.every((digest, at) => digest === movement.frames[at]?.digest);
  const keptSec = anonymousSourceOf(record) === null ? rememberedSec : anonymousRememberedSec;
  const options = { when: 'absent', expiresAt: addSec(clock.now(), keptSec), relaxedDurability: true } as const;
  const isFirstFresh = isCommitted
    ? await state.write(frameKey(first), true, options)
    : (await state.read(frameKey(first))) === null;
  return known.filter((found) => found === null).length + (isFirstFresh ? 1 : 0);
}

const frameKey = (digest: string): string => `frame:${digest}`;

interface Submission extends TakenFrames {
  readonly submitted: SubmittedFrames;
}

/** Refusals that depend on a comparison. All get the same answer. */
const decidedCodes = ['face_mismatch', 'liveness_low', 'subject_unknown'] as const satisfies readonly FaceErrorCode[];

type Ending = Pick<Submission, 'captured' | 'submitted'>;

async function endWith(
  { captured, submitted }: Ending,
  { ended, outcome, hint }: { readonly ended: StepUpRecord } & Pick<FramesOutcome, 'outcome' | 'hint'>,
  deps: Ports<'state' | 'clock'>,
): Promise<FramesOutcome> {
  await endAttempt(captured, ended, deps);
  const { role } = submitted.session;
  return { ...viewSession({ ...captured, record: ended, role }, deps), outcome, hint };
}

/** Ends an attempt that did not pass. The step-up stays open if tries and challenges are left. */
function lose(
  ending: Ending,
  counted: StepUpRecord,
  hint: Hint | null,
  deps: Ports<'state' | 'clock'>,
): Promise<FramesOutcome> {
  if (counted.triesLeft > 0 && counted.challengesLeft > 0)
    return endWith(ending, { ended: counted, outcome: 'try_again', hint }, deps);
  return endWith(ending, { ended: { ...counted, kept: null, state: 'failed' }, outcome: 'failed', hint }, deps);
}

async function complete(taken: Submission, deps: CaptureDeps): Promise<FramesOutcome> {
  const before = releaseAttempt(taken.captured.record);
  const counted = { ...before, triesLeft: before.triesLeft - 1 };
  const judging = judgeFrames(taken, deps);
  const judged = judging.then(({ finding }) => finding);
  // Prevents an unhandled rejection. The error is reported where `judged` is awaited.
  judged.catch(() => null);
  /** Remembers the frames of a decided check. Those of undecided checks would push out earlier ones. */
  const noteDecision = async (): Promise<void> => {
    await rememberFrames(before, (await judging).earlier, deps);
    await charge(undecidedOf(before), -1, deps);
  };
  try {
    const ended = await (before.purpose === 'enrol' ? enrolFrom(taken, judged, deps) : verifyFrom(taken, judged, deps));
    if (ended.state === 'passed') {
      await noteDecision();
      return await endWith(taken, { ended, outcome: 'passed', hint: null }, deps);
    }
  } catch (error) {
    const code = toCode(error);
    const isReference = isOfReferencePhoto(error);
    if (isOneOf(photoCodes, code))
      return lose(taken, before, (isReference ? hintOfReference : hintOfFrames)[code], deps);
    const isOfPhoto = isOneOf(companyPhotoCodes, code);
    if (isOfPhoto || code === 'enrolment_exists') await noteDecision();
    if (code === 'company_photo_unlike' && counted.triesLeft > 0) return lose(taken, counted, 'company_photo', deps);
    if (code === 'company_photo_unlike' || code === 'enrolment_exists')
      await endAttempt(taken.captured, { ...counted, state: 'failed' }, deps);
    // After the other codes, the step-up stays open without a lost try, because the organization can correct the photo.
    if (isOfPhoto || code === 'enrolment_exists') throw error;
    if (!isOneOf(decidedCodes, code)) throw error;
    if (isReference) {
      await noteDecision();
      return lose(taken, counted, 'reference_unlike', deps);
    }
  } finally {
    // The photos are wiped after this function, so the judge must release them first.
    await judged.catch(() => null);
  }
  const { hint } = await judged;
  await noteDecision();
  return lose(taken, counted, hint ?? 'follow', deps);
}

/** Returns the error of the first frame that the capture page cannot have taken, or `null`. Does not decode frames. */
function findUnusable(photos: readonly Photo[], { analysisCache }: Ports<'analysisCache'>): PhotoCode | null {
  try {
    for (const photo of photos) analysisCache.checkFrame(photo);
    return null;
  } catch (error) {
    const code = toCode(error);
    if (!isOneOf(photoCodes, code)) throw error;
    return code;
  }
}

const methodsOf = (secret: PresentedSecret | null) =>
  secret === null ? (['face'] as const) : (['face', secret.method] as const);

async function verifyFrom(
  taken: Submission,
  judged: Promise<LivenessFinding>,
  deps: CoreDeps & Ports<'passkeys'>,
): Promise<StepUpRecord> {
  const { captured, submitted, share } = taken;
  const { secret } = await presentSecret(captured, submitted.secret, deps);
  const shown = { photos: facesOf(taken), share, secret: secret?.value ?? null, methods: methodsOf(secret), judged };
  return completeVerification(captured, shown, deps);
}

/** @throws `step_up_finished` if the enrolment has ended, or the face that opened the page has been replaced */
async function checkGoesOn(record: StepUpRecord, deps: Ports<'state'>): Promise<void> {
  await checkNotEnded(record, deps);
  if (record.openedByFace) await checkNotEnrolledSince(record, deps);
}

async function enrolFrom(
  taken: Submission,
  judged: Promise<LivenessFinding>,
  deps: CoreDeps & Ports<'passkeys'>,
): Promise<StepUpRecord> {
  const { captured, submitted, share } = taken;
  const photos = facesOf(taken);
  const { record, connection } = captured;
  const { subject, consent } = record;
  if (connection === null) throw new FaceError('connection_unknown');
  if (consent === null) throw new FaceError('consent_missing');
  await checkGoesOn(record, deps);
  // A bad document photo is reported first, and costs no attempt.
  const reference = wantsReference(captured) ? await takeReference(submitted.reference, share, deps) : null;
  const { pass, liveness, presence } = await judged;
  if (!pass) throw new FaceError('liveness_low');
  if (reference !== null) await matchReference({ reference, photos }, share, deps);
  const proven = await proveEnrolment(
    {
      connection,
      subject,
      photos,
      // Time that the organization's photo costs is not charged to the person.
      share: shareOf(record),
      stepUpId: captured.id,
      given: record.proof,
      hasShownFormer: record.openedByFace,
    },
    deps,
  );
  // The passkey response is consumed last, so that it stays valid if the frames fail.
  const { secret, passkey } = await presentSecret(captured, submitted.secret, deps);
  const value = secret?.value ?? null;
  // The enrolment may have ended while the pictures were judged.
  await checkGoesOn(record, deps);
  await enrolSubject({ connection, subject, photos, secret: value, passkey, consent, ...proven, share }, deps);
  const methods = [...methodsOf(secret)];
  const check = { at: deps.clock.now(), liveness, presence, methods, enrolmentProof: proven.proof };
  return passStepUp(captured, { check, accuracy: connection.policy.accuracy }, deps);
}
