import { FaceError, type FaceErrorCode, isOneOf, type PhotoCode, photoCodes, toCode } from '../../errors.js';
import type { Credential, Photo } from '../concealed.js';
import { digestOf } from '../digest.js';
import { enrolSubject } from '../enrolment/enrol.js';
import { checkNotEnded } from '../enrolment/enrolment-end.js';
import { type Hint, hintOfFrames, hintOfReference } from '../hints.js';
import type { Keys, LivenessFinding, LivenessJudge, Passkeys, PresentedSecret, Sight } from '../ports.js';
import type { QueueShare } from '../queue-share.js';
import type { ScreenAxis } from '../screen-light.js';
import { addSec, type EpochMs } from '../units.js';
import { attempt, completeVerification, passStepUp } from './complete.js';
import type { DeviceSignals } from './device-signals.js';
import { facesOf, judgeFrames, type TakenFrames } from './judge-frames.js';
import {
  findChallenge,
  type MovementRecord,
  measureChallenge,
  type NextMovement,
  newChallenge,
  nextOf,
} from './movement-challenge.js';
import { isPhone } from './phone.js';
import type { StepUpRecord } from './record.js';
import { isOfReferencePhoto, matchReference, takeReference, wantsReference } from './reference-photo.js';
import { changeSession, type FoundSession, viewSession } from './session.js';
import { lightOf, type SessionView } from './session-view.js';
import { endAttempt, type StepUp, type StepUpDeps } from './stored.js';
import { newSecret } from './ticket.js';
import { capture, challenge, commit, newAttempt, uncaptured } from './transitions.js';
import { chargeUnusable } from './unusable-pictures.js';
import { checkSecret, presentSecret, type SentSecret } from './user-secret.js';

/** The core, its connections, who judges frames, what examines them, what keys the digests of them, and who verifies passkeys. */
export type CaptureDeps = StepUpDeps & {
  readonly judge: LivenessJudge;
  readonly sight: Sight;
  readonly keys: Keys;
  readonly passkeys: Passkeys;
};

/** How long a picture's digest is remembered, so that nobody sends it again, in seconds. */
const rememberedSec = 24 * 60 * 60;

/**
 * Begins a challenge in place of any former one.
 * @param start.shows - how the halves of the page's screen lie, where it can show light
 * @param start.userAgent - what the browser says of itself; `null` where it says nothing
 * @param start.shown - digest of the action that the page has shown; `null`: none
 * @throws FaceError `step_up_unknown`, `step_up_finished`, `consent_missing`, `light_needed`, `phone_needed`: and this is none;
 *   `action_unseen`
 */
export async function startChallenge(
  start: {
    readonly session: FoundSession;
    readonly shows: ScreenAxis | null;
    readonly userAgent: string | null;
    readonly shown: string | null;
  },
  deps: StepUpDeps,
): Promise<{ readonly nonce: Credential; readonly next: NextMovement | null; readonly expiresAt: EpochMs }> {
  const { session, shows, userAgent, shown } = start;
  if (session.record.camera === 'phone' && !isPhone(userAgent)) throw new FaceError('phone_needed');
  // A page from before there were actions would show its face check and nothing else.
  if (shown !== (session.record.action?.digest ?? null)) throw new FaceError('action_unseen');
  const light = lightOf(session);
  if (light === 'demanded' && shows === null) throw new FaceError('light_needed');
  const nonce = newSecret(deps);
  const movement = newChallenge(nonce, light === 'none' ? null : shows, deps);
  await changeSession(session, (found, now) => challenge(found, movement, now), deps);
  return { nonce, next: nextOf(movement), expiresAt: movement.expiresAt };
}

/**
 * Commits to the picture of what was told last, and tells the next.
 * @param frame.digest - SHA-256 of the picture's bytes, base64url
 * @returns `null` where all have their pictures
 * @throws FaceError `step_up_unknown`, `step_up_finished`, `challenge_wrong`
 */
export async function commitFrame(
  { session, nonce, digest }: { session: FoundSession; nonce: Credential; digest: string },
  deps: StepUpDeps,
): Promise<NextMovement | null> {
  const { record } = await changeSession(session, (found, now) => commit(found, { nonce, digest }, now), deps);
  return record.movement === null ? null : nextOf(record.movement);
}

/** How the frames of a challenge were taken. */
export interface FramesOutcome {
  readonly view: SessionView;
  readonly outcome: 'passed' | 'failed' | 'try_again';
  /** What would help. It does not depend on what was held against the frames. */
  readonly hint: Hint | null;
  /** For the browser the link was for. */
  readonly receipt: Credential | null;
}

/** The frames of one challenge, and what came with them. */
export interface SubmittedFrames {
  readonly session: FoundSession;
  readonly nonce: Credential;
  /** In the order in which they were asked for. */
  readonly photos: readonly Photo[];
  /** Of an identity document, where one is asked for. */
  readonly reference: Photo | null;
  readonly secret: SentSecret;
  /** What the page says of the camera; `null`: nothing. Noted, and never relied upon. */
  readonly device: DeviceSignals | null;
}

/**
 * Judges the frames of a challenge and completes the step-up: all of it on this server, from the pictures themselves. A
 * wrong face, no liveness, an unenrolled or revoked person are one answer, and each costs a try.
 * @throws FaceError `step_up_unknown`, `step_up_finished`, `challenge_wrong`, `secret_missing`, `secret_weak`,
 *   `photo_missing`, `locked_out`, `profile_unavailable`, `overloaded`, `upstream_unavailable`, `upstream_malformed`: the step-up stays open
 */
export function submitFrames(submitted: SubmittedFrames, deps: CaptureDeps): Promise<FramesOutcome> {
  return chargeUnusable(submitted.session, (toRow) => judgeSubmitted(submitted, toRow, deps), deps);
}

async function judgeSubmitted(
  submitted: SubmittedFrames,
  toRow: () => QueueShare,
  deps: CaptureDeps,
): Promise<FramesOutcome> {
  const { photos, reference } = submitted;
  const { captured, movement } = await takeChallenge(submitted, deps);
  const judgeAndComplete = async (): Promise<FramesOutcome> => {
    const digests = photos.map((photo) => photo.use((bytes) => digestOf(bytes).toString('base64url')));
    const measured = measureChallenge(movement, digests, await countFresh(digests, deps));
    // The judge, the verifier and whoever compares with a document look at the same pictures.
    const share = toRow();
    return deps.sight.share(photos, share, (frames) =>
      // A row of its own: what is wrong with a frame is not wrong with the document.
      deps.sight.share(reference === null ? [] : [reference], toRow(), ([document = null]) => {
        const seen = { ...submitted, photos: frames, reference: document };
        const { device } = submitted;
        return complete({ captured, measured, movement, device, photos: frames, share, submitted: seen }, deps);
      }),
    );
  };
  return attempt(captured, judgeAndComplete, deps);
}

/** Takes the challenge out of the step-up: its frames come once. */
async function takeChallenge(
  { session, nonce, photos, secret, reference }: SubmittedFrames,
  deps: CaptureDeps,
): Promise<{ readonly captured: StepUp; readonly movement: MovementRecord }> {
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

/** How many of the pictures nobody has sent before, to any challenge. */
async function countFresh(digests: readonly string[], { state, clock }: CaptureDeps): Promise<number> {
  const expiresAt = addSec(clock.now(), rememberedSec);
  const options = { when: 'absent', expiresAt, mayBeLost: true } as const;
  let fresh = 0;
  for (const digest of digests) if (await state.write(`frame:${digest}`, true, options)) fresh += 1;
  return fresh;
}

/** Frames that have been taken from their challenge, and what came with them. */
interface Submission extends TakenFrames {
  readonly submitted: SubmittedFrames;
}

/** Refusals of an enrolment that say something of what was held against the frames: to the person all one. */
const decidedCodes = ['face_mismatch', 'liveness_low', 'subject_unknown'] as const satisfies readonly FaceErrorCode[];

async function complete(taken: Submission, deps: CaptureDeps): Promise<FramesOutcome> {
  const { captured, submitted } = taken;
  const { role } = submitted.session;
  const before = uncaptured(captured.record);
  const end = async (ended: StepUpRecord, outcome: FramesOutcome['outcome'], hint: Hint | null) => {
    await endAttempt(captured, ended, deps);
    return { ...viewSession({ ...captured, record: ended, role }, deps), outcome, hint };
  };
  const lose = (counted: StepUpRecord, hint: Hint | null): Promise<FramesOutcome> =>
    counted.triesLeft > 0 && counted.challengesLeft > 0
      ? end(counted, 'try_again', hint)
      : end({ ...counted, kept: null, state: 'failed' }, 'failed', hint);
  const unusable = findUnusable(taken.photos, deps);
  if (unusable !== null) return lose(before, hintOfFrames[unusable]);
  const judged = judgeFrames(taken, deps);
  // Whatever else happens first, the judge's refusal is told where it is awaited.
  judged.catch(() => null);
  try {
    const ended = await (before.purpose === 'enrol' ? enrolFrom(taken, judged, deps) : verifyFrom(taken, judged, deps));
    if (ended.state === 'passed') return await end(ended, 'passed', null);
  } catch (error) {
    const code = toCode(error);
    const isReference = isOfReferencePhoto(error);
    if (isOneOf(photoCodes, code)) return lose(before, (isReference ? hintOfReference : hintOfFrames)[code]);
    if (!isOneOf(decidedCodes, code)) throw error;
    if (isReference) return lose({ ...before, triesLeft: before.triesLeft - 1 }, 'reference_unlike');
  } finally {
    // The judge is done with the photos before their owner is.
    await judged.catch(() => null);
  }
  const { hint } = await judged;
  return lose({ ...before, triesLeft: before.triesLeft - 1 }, hint ?? 'follow');
}

/** Returns what is wrong with the first frame that the capture page cannot have taken, before any is decoded. */
function findUnusable(photos: readonly Photo[], { sight }: CaptureDeps): PhotoCode | null {
  try {
    for (const photo of photos) sight.checkFrame(photo);
    return null;
  } catch (error) {
    const code = toCode(error);
    if (!isOneOf(photoCodes, code)) throw error;
    return code;
  }
}

/** With a face alone, or with the secret that came with it. */
const methodsOf = (secret: PresentedSecret | null) =>
  secret === null ? (['face'] as const) : (['face', secret.method] as const);

async function verifyFrom(
  taken: Submission,
  judged: Promise<LivenessFinding>,
  deps: CaptureDeps,
): Promise<StepUpRecord> {
  const { captured, submitted, share } = taken;
  const { secret } = await presentSecret(captured, submitted.secret, deps);
  const shown = { photos: facesOf(taken), share, secret: secret?.value ?? null, methods: methodsOf(secret), judged };
  return completeVerification(captured, shown, deps);
}

async function enrolFrom(
  taken: Submission,
  judged: Promise<LivenessFinding>,
  deps: CaptureDeps,
): Promise<StepUpRecord> {
  const { captured, submitted, share } = taken;
  const photos = facesOf(taken);
  const { record, connection } = captured;
  const { subject, consent } = record;
  if (connection === null) throw new FaceError('connection_unknown');
  if (consent === null) throw new FaceError('consent_missing');
  await checkNotEnded(record, deps);
  // Of no use, it is told first: it is not what the movements can make good, and costs no try.
  const reference = wantsReference(captured) ? await takeReference(submitted.reference, share, deps) : null;
  const { pass, liveness, presence } = await judged;
  if (!pass) throw new FaceError('liveness_low');
  if (reference !== null) await matchReference({ reference, photos }, connection, share, deps);
  // Last, so that the answer to a ceremony is still good where the frames were not.
  const { secret, passkey } = await presentSecret(captured, submitted.secret, deps);
  const value = secret?.value ?? null;
  // Anew: the pictures took their time.
  await checkNotEnded(record, deps);
  await enrolSubject({ connection, subject, photos, secret: value, passkey, consent, share }, deps);
  const check = { at: deps.clock.now(), liveness, presence, methods: [...methodsOf(secret)] };
  return passStepUp(captured, { check, accuracy: connection.policy.accuracy }, deps);
}
