import { FaceError, type FaceErrorCode, isOneOf, photoCodes, toCode } from '../../errors.js';
import type { Credential, Photo } from '../concealed.js';
import { digestOf } from '../digest.js';
import { enrolSubject } from '../enrolment/enrol.js';
import { hasEndedSince } from '../enrolment/enrolment-end.js';
import { type Hint, hintOfFrames, hintOfReference } from '../hints.js';
import type { LivenessFinding, LivenessJudge, Passkeys, PresentedSecret, Sight } from '../ports.js';
import { addSec, type EpochMs } from '../units.js';
import {
  commitTo,
  findChallenge,
  framesOfChallenge,
  measureChallenge,
  type NextMovement,
  newChallenge,
  nextOf,
} from './movement-challenge.js';
import { isOfReferencePhoto, matchReference, takeReference, wantsReference } from './reference-photo.js';
import { changeSession, type FoundSession, viewSession } from './session.js';
import type { SessionRole } from './session-actions.js';
import type { SessionView } from './session-view.js';
import { newSecret, passStepUp, reopen, type SettleDeps, settleVerification } from './step-up.js';
import { endAttempt, type StepUpRecord, toCaptured } from './step-up-record.js';
import { checkSecret, presentSecret, type SentSecret } from './user-secret.js';

/** The core, its connections, who judges frames, what examines them, and who verifies passkeys. */
export type CaptureDeps = SettleDeps & {
  readonly judge: LivenessJudge;
  readonly sight: Sight;
  readonly passkeys: Passkeys;
};

/** How long a picture's digest is remembered, so that nobody sends it again, in seconds. */
const rememberedSec = 24 * 60 * 60;

/**
 * Begins a movement challenge in place of any former one.
 * @throws FaceError `step_up_unknown`, `step_up_finished`, `consent_missing`
 */
export async function startChallenge(
  session: FoundSession,
  deps: SettleDeps,
): Promise<{ readonly nonce: Credential; readonly next: NextMovement | null; readonly expiresAt: EpochMs }> {
  const nonce = newSecret(deps);
  const movement = newChallenge(nonce, deps);
  await changeSession(
    session,
    (record) => {
      if (record.consent === null) throw new FaceError('consent_missing');
      if (record.purpose === 'manage' || record.challengesLeft === 0) throw new FaceError('step_up_finished');
      return { ...record, movement, challengesLeft: record.challengesLeft - 1 };
    },
    deps,
  );
  return { nonce, next: nextOf(movement), expiresAt: movement.expiresAt };
}

/**
 * Commits to the picture of the movement told last, and tells the next.
 * @param frame.digest - SHA-256 of the picture's bytes, base64url
 * @returns `null` where all movements have their pictures
 * @throws FaceError `step_up_unknown`, `step_up_finished`, `challenge_wrong`
 */
export async function commitFrame(
  { session, nonce, digest }: { session: FoundSession; nonce: Credential; digest: string },
  deps: SettleDeps,
): Promise<NextMovement | null> {
  const now = deps.clock.now();
  const { movement } = await changeSession(
    session,
    (found) => ({ ...found, movement: commitTo(findChallenge(found, nonce, now), digest, now) }),
    deps,
  );
  return movement === null ? null : nextOf(movement);
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
  /** In the order of the movements. */
  readonly photos: readonly Photo[];
  /** Of an identity document, where one is asked for. */
  readonly reference: Photo | null;
  readonly secret: SentSecret;
}

/**
 * Judges the frames of a challenge and settles the step-up: all of it on this server, from the pictures themselves. A
 * wrong face, no liveness, an unenrolled or revoked person are one answer, and each costs a try.
 * @throws FaceError `step_up_unknown`, `step_up_finished`, `challenge_wrong`, `secret_missing`, `secret_weak`,
 *   `photo_missing`, `locked_out`, `profile_unavailable`, `overloaded`, `upstream_unavailable`, `upstream_malformed`: the step-up stays open
 */
export async function submitFrames(submitted: SubmittedFrames, deps: CaptureDeps): Promise<FramesOutcome> {
  const { session, nonce, photos, reference } = submitted;
  const pictures = reference === null ? photos : [...photos, reference];
  const { id, before, captured, role, challenge } = await takeChallenge(session, nonce, submitted, deps);
  const digests = photos.map((photo) => photo.use((bytes) => digestOf(bytes).toString('base64url')));
  const fresh = await countFresh(digests, deps);
  const measured = measureChallenge(challenge, digests, fresh);
  const taken = { id, before, captured, role, measured, asked: challenge.asked, submitted };
  // The judge, the verifier and whoever compares with a document look at the same pictures.
  const settled = deps.sight.share(pictures, (shared) => {
    const seen = { photos: shared.slice(0, photos.length), reference: shared.at(photos.length) ?? null };
    return settle({ ...taken, submitted: { ...submitted, ...seen } }, deps);
  });
  return await settled.catch(async (error: unknown) => {
    await reopen(id, captured, before, deps);
    throw error;
  });
}

/** Takes the challenge out of the step-up: its frames come once. */
async function takeChallenge(
  session: FoundSession,
  nonce: Credential,
  { photos, secret, reference }: SubmittedFrames,
  deps: CaptureDeps,
) {
  const now = deps.clock.now();
  const challenge = findChallenge(session.record, nonce, now);
  if (photos.length !== framesOfChallenge) throw new FaceError('challenge_wrong');
  const captured = await changeSession(
    session,
    (found) => {
      findChallenge(found, nonce, now);
      checkSecret(found, secret, deps);
      if (wantsReference(found, deps) && reference === null) throw new FaceError('photo_missing');
      return toCaptured({ ...found, movement: null }, deps);
    },
    deps,
  );
  const { id, role } = session;
  const before: StepUpRecord = { ...captured, state: 'started', triesLeft: captured.triesLeft + 1 };
  return { id, role, before, captured, challenge };
}

/** How many of the pictures nobody has sent before, to any challenge. */
async function countFresh(digests: readonly string[], { state, clock }: CaptureDeps): Promise<number> {
  const expiresAt = addSec(clock.now(), rememberedSec);
  const options = { when: 'absent', expiresAt, mayBeLost: true } as const;
  let fresh = 0;
  for (const digest of digests) if (await state.write(`frame:${digest}`, true, options)) fresh += 1;
  return fresh;
}

/** Frames that have been taken from their challenge. */
interface TakenFrames {
  readonly id: string;
  /** As it was before, without the challenge. */
  readonly before: StepUpRecord;
  readonly captured: StepUpRecord;
  readonly role: SessionRole;
  readonly measured: ReturnType<typeof measureChallenge>;
  readonly asked: NonNullable<StepUpRecord['movement']>['asked'];
  readonly submitted: SubmittedFrames;
}

/** Refusals of an enrolment that say something of what was held against the frames: to the person all one. */
const decidedCodes = ['face_mismatch', 'liveness_low', 'subject_unknown'] as const satisfies readonly FaceErrorCode[];

async function settle(taken: TakenFrames, deps: CaptureDeps): Promise<FramesOutcome> {
  const { id, before, captured, role } = taken;
  const judged = judgeFrames(taken, deps);
  // Whatever else happens first, the judge's refusal is told where it is awaited.
  judged.catch(() => null);
  const end = async (ended: StepUpRecord, outcome: FramesOutcome['outcome'], hint: Hint | null) => {
    await endAttempt(id, captured, ended, deps);
    return { ...viewSession({ id, record: ended, role }, deps), outcome, hint };
  };
  const lose = (counted: StepUpRecord, hint: Hint | null): Promise<FramesOutcome> =>
    counted.triesLeft > 0 && counted.challengesLeft > 0
      ? end(counted, 'try_again', hint)
      : end({ ...counted, kept: null, state: 'failed' }, 'failed', hint);
  try {
    const settled = await (before.purpose === 'enrol'
      ? enrolFrom(taken, judged, deps)
      : verifyFrom(taken, judged, deps));
    if (settled.state === 'passed') return await end(settled, 'passed', null);
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

/** What the judge, the digests and the clock say together; all of it goes to the audit trail. */
async function judgeFrames(taken: TakenFrames, deps: CaptureDeps): Promise<LivenessFinding> {
  const { id, captured: record, measured, asked, submitted } = taken;
  const { judge, audit } = deps;
  const frames = submitted.photos.map((photo, index) => ({ photo, movement: asked[index] ?? 'centre' }));
  const found = await judge.judge(frames);
  const missed = measured.filter(({ pass }) => !pass).map(({ name }) => name);
  const measurements = [...measured, ...found.measurements];
  const reasons = [...missed, ...found.reasons];
  const pass = found.pass && missed.length === 0;
  const { connection, subject } = record;
  const signals = measurements.map((measurement) => ({ ...measurement }));
  const detail = { stepUpId: id, judge: judge.name, pass, reasons, asked, signals };
  await audit.append({ action: 'liveness_judged', connection, subject, detail });
  return { ...found, pass, reasons, measurements };
}

/** With a face alone, or with the secret that came with it. */
const methodsOf = (secret: PresentedSecret | null) =>
  secret === null ? (['face'] as const) : (['face', secret.method] as const);

async function verifyFrom(
  { id, captured: record, submitted }: TakenFrames,
  judged: Promise<LivenessFinding>,
  deps: CaptureDeps,
): Promise<StepUpRecord> {
  const { photos } = submitted;
  const { secret } = await presentSecret({ stepUpId: id, record, sent: submitted.secret }, deps);
  const methods = methodsOf(secret);
  return settleVerification({ id, record, photos, secret: secret?.value ?? null, methods, judged }, deps);
}

async function enrolFrom(
  { id, captured: record, submitted }: TakenFrames,
  judged: Promise<LivenessFinding>,
  deps: CaptureDeps,
): Promise<StepUpRecord> {
  const { photos } = submitted;
  const { subject, consent } = record;
  const connection = deps.connections.get(record.connection);
  if (connection === undefined) throw new FaceError('connection_unknown');
  if (consent === null) throw new FaceError('consent_missing');
  if (await hasEndedSince(record, record.startedAt, deps)) throw new FaceError('step_up_finished');
  // Of no use, it is told first: it is not what the movements can make good, and costs no try.
  const reference = wantsReference(record, deps) ? await takeReference(submitted.reference, deps) : null;
  const { pass, liveness } = await judged;
  if (!pass) throw new FaceError('liveness_low');
  if (reference !== null) await matchReference({ reference, photos }, connection, deps);
  // Last, so that the answer to a ceremony is still good where the frames were not.
  const { secret, passkey } = await presentSecret({ stepUpId: id, record, sent: submitted.secret }, deps);
  const value = secret?.value ?? null;
  const sealed = await enrolSubject({ connection, subject, photos, secret: value, passkey, consent }, deps);
  sealed.contentKey?.wipe();
  const check = { at: deps.clock.now(), liveness, methods: [...methodsOf(secret)] };
  return passStepUp({ id, record, check, accuracy: connection.policy.accuracy }, deps);
}
