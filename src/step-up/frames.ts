import type { Ports } from '../core/deps.js';
import { type DeviceSignals, isPhone } from '../core/device-signals.js';
import type { QueueShare } from '../core/fair-queue.js';
import { hintOfFrames } from '../core/hints.js';
import { charge, consumeLimits } from '../core/limits/limits.js';
import type { CapturedFrame, CapturedLook, LivenessFinding, Measurement, Screening } from '../core/ports.js';
import { toPoses } from '../core/poses.js';
import { type ScreenAxis, usesLight } from '../core/screen-light.js';
import type { Credential, Photo } from '../core/secrets.js';
import { newSecret } from '../core/tickets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { compareWithEarlier } from '../enrolment/earlier-frames.js';
import { FaceError, isOneOf, type PhotoCode, photoCodes, toCode } from '../errors.js';
import { attempt, countAnonymousCheck, frameOwnerOf } from './complete.js';
import {
  type AttemptOutcome,
  type CaptureDeps,
  conclude,
  type Judged,
  lose,
  type Sent,
  undecidedOf,
} from './conclude.js';
import { openPictures } from './encrypted-pictures.js';
import { glanceJudge } from './events.js';
import { type DeviceProof, findProvenKey, isGlanceEnough, noteFullCheck } from './glance.js';
import {
  type CommittedFrame,
  findChallenge,
  isTooSlow,
  measureChallenge,
  movementsOfLooks,
  type NextMovement,
  newChallenge,
  nextOf,
  placesOf,
  toInstructions,
} from './movement-challenge.js';
import type { ShownFrom } from './receipt-rules.js';
import {
  anonymousSourceOf,
  chargeUnusable,
  checkStarted,
  type MovementRecord,
  type StepUpRecord,
  shareOf,
  subjectOf,
} from './record.js';
import { wantsReference } from './reference-photo.js';
import { changeSession, type FoundSession } from './session.js';
import { isPhoneNeeded, lightByPolicy, vendorOf } from './session-view.js';
import type { StepUp } from './stored.js';
import { capture, challenge, commit, newAttempt, releaseAttempt } from './transitions.js';
import { checkSecret } from './user-secret.js';

interface TakenFrames {
  readonly captured: StepUp;
  readonly measured: readonly Measurement[];
  readonly movement: MovementRecord;
  readonly photos: readonly Photo[];
  readonly looks: readonly CapturedLook[];
  readonly share: QueueShare;
  readonly device: DeviceSignals | null;
  /** Returns false for a glance whose device is not known, or is not known any more. */
  readonly isKnown: () => Promise<boolean>;
}

const toFrames = ({ movement, photos }: TakenFrames): readonly CapturedFrame[] =>
  toInstructions(movement).flatMap((asked, at) => {
    const photo = photos.at(at);
    return photo === undefined ? [] : [{ ...asked, photo }];
  });

const posesOf = (taken: TakenFrames): readonly Photo[] => toPoses(toFrames(taken)).map(({ shown }) => shown.photo);

/** Combines the findings of judge, frame digests and timing. All are recorded in the audit log. */
async function judgeFrames(
  taken: TakenFrames,
  deps: Ports<'state' | 'clock' | 'audit' | 'keys' | 'judge' | 'analysisCache' | 'verifier'>,
): Promise<Judged> {
  const { captured, measured } = taken;
  const { judge } = deps;
  const [found, earlier] = await Promise.all([
    judge.judge({ frames: toFrames(taken), looks: taken.looks }, taken.share),
    compareWithEarlier(frameOwnerOf(captured.record, deps), posesOf(taken), shareOf(captured.record), deps),
  ]);
  // After the judge, so that of several checks at a time, those that end after a failed one are refused.
  const device = (await taken.isKnown()) ? [] : [deviceNotKnown];
  const told = [...measured, ...device, ...(earlier === null ? [] : [earlier.newness])];
  const missed = told.filter(({ pass }) => !pass).map(({ name }) => name);
  const measurements = [...told, ...found.measurements];
  const reasons = [...missed, ...found.reasons];
  const presence = captured.record.isGlance ? glanceJudge : found.presence;
  const finding = { ...found, presence, pass: found.pass && missed.length === 0, reasons, measurements };
  await noteFinding(taken, finding, deps);
  return { finding, earlier };
}

async function noteFinding(
  { captured, movement, device }: Pick<TakenFrames, 'captured' | 'movement' | 'device'>,
  { presence, pass, reasons, measurements }: Pick<LivenessFinding, 'presence' | keyof Screening>,
  { audit }: Ports<'audit'>,
): Promise<void> {
  const isAnonymous = anonymousSourceOf(captured.record) !== null;
  const detail = {
    stepUpId: captured.id,
    judge: presence,
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
}

/** Seconds for which the first picture of a challenge is remembered, to detect a resubmission. */
const rememberedSec = 24 * 60 * 60;
/** Shorter, because anonymous callers may begin thousands of checks a minute. */
const anonymousRememberedSec = 60 * 60;

/**
 * Starts a challenge, which replaces the previous one.
 * @param start.shows - how the page splits the screen, or `null` if it cannot show light
 * @param start.shown - digest of the displayed action, or `null`
 * @param start.deviceKey - public key of the browser, or `null`
 * @throws `step_up_unknown`, `step_up_finished`, `consent_missing`, `light_needed`, `liveness_vendor_needed`,
 * `phone_needed`, `action_unseen`;
 * `locked_out` after too many challenges without a decision
 */
export async function startChallenge(
  start: {
    readonly session: FoundSession;
    readonly shows: ScreenAxis | null;
    readonly shownFrom: ShownFrom;
    readonly shown: string | null;
    readonly deviceKey: string | null;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'settings' | 'keys' | 'log'>,
): Promise<{ readonly nonce: Credential; readonly next: NextMovement | null; readonly expiresAt: EpochMs }> {
  const { session, shows, shownFrom, shown, deviceKey } = start;
  if (isPhoneNeeded(session) && !isPhone(shownFrom.userAgent)) throw new FaceError('phone_needed');
  // A page of an older version would not show the action, and sends no digest of it.
  if (shown !== (session.record.action?.digest ?? null)) throw new FaceError('action_unseen');
  if (vendorOf(session) !== null) throw new FaceError('liveness_vendor_needed');
  const light = lightByPolicy(session);
  if (light === 'demanded' && shows === null) throw new FaceError('light_needed');
  checkStarted(session.record, deps.clock.now());
  await consumeLimits(undecidedOf(session), deps);
  const nonce = newSecret(deps);
  const axis = shows !== null && usesLight(light, shows) ? shows : null;
  const isGlance = await isGlanceEnough(session, { shownFrom, key: deviceKey }, deps).catch((error: unknown) => {
    deps.log.warn('a full check instead of a glance', { stepUpId: session.id, code: toCode(error) });
    return false;
  });
  const shape = isGlance ? ({ axis: null, turns: 1 } as const) : { axis, turns: deps.settings.turns };
  const movement = newChallenge(nonce, shape, deps);
  await changeSession(session, (found, now) => ({ ...challenge(found, movement, now), isGlance }), deps);
  return { nonce, next: nextOf(movement), expiresAt: movement.expiresAt };
}

/**
 * Additional amount by which a challenge with drawn looks counts as undecided. Otherwise an attacker who sees a draw
 * that would not pass could start again as often as a user who loses the connection.
 */
export const drawnCounts = 2;

/**
 * Records the digests of a picture and of the looks before it.
 * @returns the next instruction; `null` when the challenge is complete, with the places of the looks to submit
 * @throws `step_up_unknown`, `step_up_finished`, `challenge_wrong`
 */
export async function commitFrame(
  { session, nonce, frame }: { session: FoundSession; nonce: Credential; frame: CommittedFrame },
  deps: Ports<'state' | 'clock' | 'random' | 'settings'>,
): Promise<{ readonly next: NextMovement | null; readonly opened: number[] }> {
  const { record } = await changeSession(session, (found, now) => commit(found, { nonce, frame }, now, deps), deps);
  if (record.challenge?.kind !== 'movement') throw new FaceError('challenge_wrong');
  const next = nextOf(record.challenge);
  if (next === null) await charge(undecidedOf(session), drawnCounts, deps);
  return { next, opened: placesOf(record.challenge) };
}

export interface SubmittedFrames extends Sent {
  readonly nonce: Credential;
  readonly photos: readonly Photo[];
  /** Camera data from the page, or `null`. It is only recorded. */
  readonly device: DeviceSignals | null;
  readonly deviceProof: DeviceProof | null;
}

/**
 * Judges a challenge's frames and completes the step-up. A wrong face, missing liveness, an unenrolled and a revoked
 * person get the same answer, and each costs an attempt.
 * @throws `step_up_unknown`, `step_up_finished`, `challenge_wrong`, `secret_missing`, `secret_weak`, `photo_missing`,
 * `locked_out`, `profile_unavailable`, `overloaded`, `upstream_unavailable`, `upstream_malformed`. The step-up stays
 * open
 */
export function submitFrames(submitted: SubmittedFrames, deps: CaptureDeps): Promise<AttemptOutcome> {
  return chargeUnusable(submitted.session, (newShare) => judgeSubmitted(submitted, newShare, deps), deps);
}

async function judgeSubmitted(
  submitted: SubmittedFrames,
  newShare: () => QueueShare,
  deps: CaptureDeps,
): Promise<AttemptOutcome> {
  const taken = await takeChallenge(submitted, deps);
  const { captured } = taken;
  try {
    return await attempt(captured, () => judgeTaken(taken, submitted, newShare, deps), deps);
  } catch (error) {
    // A busy server must not lock people out. Anonymous callers could fill their own queue to see further draws.
    if (toCode(error) === 'overloaded' && anonymousSourceOf(captured.record) === null)
      await charge(undecidedOf(captured), -drawnCounts, deps);
    throw error;
  }
}

/** Holds the looks under `shareOf`, not `newShare`: a look that shows no face must not stop the others. */
function holdLooks(
  { record }: StepUp,
  movement: MovementRecord,
  photos: readonly Photo[],
  { analysisCache }: Ports<'analysisCache'>,
) {
  const ahead = movement.frames[0]?.opened.length ?? 0;
  const still = analysisCache.hold(photos.slice(0, ahead), 'ahead', shareOf(record));
  const others = analysisCache.hold(photos.slice(ahead), 'look', shareOf(record));
  const held = [...still.photos, ...others.photos];
  return {
    captured: movementsOfLooks(movement).map((asked, at) => ({ movement: asked, photo: held[at] })),
    usable: () => still.usable(),
    release: () => Promise.all([still.release(), others.release()]),
  };
}

async function openSent(
  { photos, reference, contentKeys, nonce }: SubmittedFrames,
  share: QueueShare,
  deps: Ports<'encryptedPictures'>,
): Promise<Pick<SubmittedFrames, 'photos' | 'reference'>> {
  const sent = reference === null ? photos : [...photos, reference];
  const opened = await openPictures(sent, { contentKeys, context: nonce.use((text) => text), share }, deps);
  return { photos: opened.slice(0, photos.length), reference: opened[photos.length] ?? null };
}

/** Number of pictures that are compared or enrolled, the most that a token counts. */
const facesOfCheck = 5;

interface TakenChallenge {
  readonly captured: StepUp;
  readonly movement: MovementRecord;
}

async function judgeTaken(
  { captured, movement }: TakenChallenge,
  submitted: SubmittedFrames,
  newShare: () => QueueShare,
  deps: CaptureDeps,
): Promise<AttemptOutcome> {
  const { device, session, shownFrom } = submitted;
  const { photos, reference } = await openSent(submitted, shareOf(captured.record), deps);
  // Headers and limits come first, so that frames which cost the caller nothing cause no look-up and no record.
  const unusable = findUnusableFrame(photos, deps);
  if (unusable !== null)
    return lose({ captured, sent: submitted }, releaseAttempt(captured.record), hintOfFrames[unusable], deps);
  await countAnonymousCheck(captured, deps);
  const digests = photos.map(({ digest }) => digest);
  const ofFrames = digests.slice(0, movement.asked.length);
  const key = findProvenKey(submitted.deviceProof, { nonce: submitted.nonce, digests });
  const { isGlance } = captured.record;
  const shown = { ...captured, role: session.role };
  const fresh = await countFresh(captured.record, movement, ofFrames, deps);
  const measured = measureChallenge(movement, digests, fresh);
  if (isTooSlow(measured)) {
    const reasons = measured.filter(({ pass }) => !pass).map(({ name }) => name);
    const finding = { presence: 'timing-1', pass: false, reasons, measurements: measured };
    await noteFinding({ captured, movement, device }, finding, deps);
    return lose({ captured, sent: submitted }, releaseAttempt(captured.record), 'follow', deps);
  }
  // Judge, verifier and document comparison use the same examined pictures.
  const share = newShare();
  const { length: asked } = movement.asked;
  const frames = deps.analysisCache.hold(photos.slice(0, asked), 'frame', share);
  const looks = holdLooks(captured, movement, photos.slice(asked), deps);
  // The document photo has its own place in the queue, so that it is examined even if a frame is unusable.
  const documents = deps.analysisCache.hold(reference === null ? [] : [reference], 'photo', newShare());
  const [document = null] = documents.photos;
  const seen = { ...submitted, reference: document };
  try {
    const isKnown = async () => !isGlance || isGlanceEnough(shown, { shownFrom, key }, deps);
    const taken = {
      captured,
      measured,
      movement,
      device,
      photos: frames.photos,
      looks: looks.captured,
      share,
      isKnown,
    };
    const poses = posesOf(taken);
    // Looks straight ahead, with the clearest eyes, complete the few pictures of the poses. They cost nothing if a frame is
    // unusable.
    const isUsable = (await frames.usable()).length === asked;
    const faces = [...poses, ...(isUsable ? await looks.usable() : [])].slice(0, facesOfCheck);
    const judging = judgeFrames(taken, deps);
    const attempted = {
      captured,
      sent: seen,
      faces,
      share,
      judging,
      advice: 'follow',
      undecided: 1 + drawnCounts,
    } as const;
    const concluded = await conclude(attempted, deps);
    if (concluded.outcome === 'passed' && !isGlance)
      await noteFullCheck(shown, { cookie: shownFrom.cookie, key }, deps);
    return concluded;
  } finally {
    await Promise.all([frames.release(), looks.release(), documents.release()]);
  }
}

/** Measurement of a glance whose device has not proven itself, or for which no glance is enough any more. */
const deviceNotKnown: Measurement = {
  name: 'device_known',
  value: 0,
  unit: 'count',
  atLeast: 1,
  atMost: null,
  pass: false,
};

/** Removes the challenge from the step-up, so that the frames are accepted only once. */
async function takeChallenge(
  { session, nonce, photos, secret, reference }: SubmittedFrames,
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<TakenChallenge> {
  const now = deps.clock.now();
  const movement = findChallenge(session.record, nonce, now);
  const of = movement.asked.length + movementsOfLooks(movement).length;
  if (photos.length !== of) throw new FaceError(photos.length < of ? 'photo_missing' : 'photo_too_many');
  const by = newAttempt(deps);
  const take = (record: StepUpRecord): StepUpRecord => {
    const captured = capture(record, by, now);
    const found = { ...session, record };
    findChallenge(record, nonce, now);
    // The configuration may have got a vendor since the challenge began.
    if (vendorOf(found) !== null) throw new FaceError('liveness_vendor_needed');
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

/** Returns the error of the first frame that the capture page cannot have taken, or `null`. Does not decode frames. */
function findUnusableFrame(photos: readonly Photo[], { analysisCache }: Ports<'analysisCache'>): PhotoCode | null {
  try {
    for (const photo of photos) analysisCache.checkFrame(photo);
    return null;
  } catch (error) {
    const code = toCode(error);
    if (!isOneOf(photoCodes, code)) throw error;
    return code;
  }
}
