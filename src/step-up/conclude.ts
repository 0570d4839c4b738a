import type { CoreDeps, Ports } from '../core/deps.js';
import { anonymousShare, type QueueShare } from '../core/fair-queue.js';
import { type Hint, hintOfFrames, hintOfReference } from '../core/hints.js';
import { charge, type LimitUse } from '../core/limits/limits.js';
import type { LivenessFinding, PresentedSecret } from '../core/ports.js';
import type { Credential, Photo } from '../core/secrets.js';
import { companyPhotoCodes, proveEnrolment } from '../enrolment/company-photo.js';
import { acceptAnyPhotos, type ComparedFrames, rememberFrames } from '../enrolment/earlier-frames.js';
import { enrolSubject } from '../enrolment/enrol.js';
import { checkNotEnded, checkNotEnrolledSince } from '../enrolment/revoke.js';
import { FaceError, type FaceErrorCode, isOneOf, photoCodes, toCode } from '../errors.js';
import { completeVerification, frameOwnerOf, passStepUp, recordFailed } from './complete.js';
import type { ShownFrom } from './receipt-rules.js';
import { anonymousSourceOf, type StepUpRecord, shareOf, type Termed } from './record.js';
import { isOfReferencePhoto, matchReference, takeReference, wantsReference } from './reference-photo.js';
import { isOfHeldToken } from './request-flow.js';
import { type FoundSession, viewSession } from './session.js';
import type { SessionView } from './session-view.js';
import { endAttempt, type StepUp } from './stored.js';
import { countTry, releaseAttempt } from './transitions.js';
import { presentSecret, type SentSecret } from './user-secret.js';

/** What a person sent with their pictures. */
export interface Sent {
  readonly session: FoundSession;
  readonly reference: Photo | null;
  readonly secret: SentSecret;
  readonly shownFrom: ShownFrom;
}

export interface AttemptOutcome {
  readonly view: SessionView;
  readonly outcome: 'passed' | 'failed' | 'try_again';
  readonly hint: Hint | null;
  /** Receipt, only for the browser that opened the link. */
  readonly receipt: Credential | null;
}

export interface Judged {
  readonly finding: LivenessFinding;
  /** Compared frames of earlier checks, which are remembered after a decision. `null` if a vendor judged. */
  readonly earlier: ComparedFrames | null;
}

/** An attempt whose pictures are there, and whose liveness is being judged. */
export interface Attempt {
  readonly captured: StepUp;
  readonly sent: Sent;
  /** Pictures to compare or enrol. */
  readonly faces: readonly Photo[];
  readonly share: QueueShare;
  readonly judging: Promise<Judged>;
  /** Hint after a refusal that the judge has none for. */
  readonly advice: Hint | null;
}

export type CaptureDeps = CoreDeps & Ports<'keys' | 'passkeys' | 'judge' | 'analysisCache'>;

/**
 * Returns the limit of challenges that a person starts and does not finish. There is none for a token that the caller
 * stores, as it names no person.
 */
export function undecidedOf({ record, terms: { countsAs } }: Termed): readonly LimitUse[] {
  if (isOfHeldToken(record)) return [];
  const { connection, subject } = record;
  if (countsAs !== 'sign_in') return [['undecidedOfRecoveries', JSON.stringify([connection, subject, countsAs])]];
  const person = JSON.stringify([connection, subject]);
  const source = anonymousSourceOf(record);
  if (source === null) return [['undecidedOfPerson', person]];
  return [['undecidedOfPersonByOutsiders', person, anonymousShare(source)]];
}

/** Refusals that depend on a comparison. All get the same answer. */
const decidedCodes = ['face_mismatch', 'liveness_low', 'subject_unknown'] as const satisfies readonly FaceErrorCode[];

type Ending = Pick<Attempt, 'captured' | 'sent'>;

async function endWith(
  { captured, sent }: Ending,
  { ended, outcome, hint }: { readonly ended: StepUpRecord } & Pick<AttemptOutcome, 'outcome' | 'hint'>,
  deps: Ports<'state' | 'clock'>,
): Promise<AttemptOutcome> {
  await endAttempt(captured, ended, deps);
  const { role } = sent.session;
  return { ...viewSession({ ...captured, record: ended, role }, deps), outcome, hint };
}

/** Ends an attempt that did not pass. The step-up stays open if tries and challenges are left. */
export async function lose(
  ending: Ending,
  counted: StepUpRecord,
  hint: Hint | null,
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<AttemptOutcome> {
  if (counted.left.tries > 0 && counted.left.challenges > 0)
    return endWith(ending, { ended: counted, outcome: 'try_again', hint }, deps);
  const ended = { ...counted, state: 'failed' } as const;
  const outcome = await endWith(ending, { ended, outcome: 'failed', hint }, deps);
  await recordFailed(ending.captured, deps);
  return outcome;
}

/**
 * Decides an attempt. A wrong face, missing liveness, an unenrolled and a revoked person get the same answer, and each
 * costs a try.
 */
export async function conclude(attempted: Attempt, deps: CaptureDeps): Promise<AttemptOutcome> {
  const before = releaseAttempt(attempted.captured.record);
  const counted = countTry(before);
  const { judging } = attempted;
  let left = counted;
  const judged = judging.then(({ finding }) => finding);
  // Prevents an unhandled rejection. The error is reported where `judged` is awaited.
  judged.catch(() => null);
  /** Remembers the frames of a decided check. Those of undecided checks would push out earlier ones. */
  const noteDecision = async (): Promise<void> => {
    const { earlier } = await judging;
    // An anonymous caller could push out the person's own frames.
    if (anonymousSourceOf(before) === null) await rememberFrames(frameOwnerOf(before, deps), earlier, deps);
    await charge(undecidedOf(attempted.captured), -1, deps);
  };
  try {
    const ended = await (before.purpose === 'enrol'
      ? enrolFrom(attempted, judged, deps)
      : verifyFrom(attempted, judged, deps));
    if (ended.state === 'passed') {
      await noteDecision();
      return await endWith(attempted, { ended, outcome: 'passed', hint: null }, deps);
    }
    left = { ...counted, left: { ...counted.left, tries: Math.min(counted.left.tries, ended.left.tries) } };
  } catch (error) {
    const code = toCode(error);
    const isReference = isOfReferencePhoto(error);
    if (isOneOf(photoCodes, code))
      return lose(attempted, before, (isReference ? hintOfReference : hintOfFrames)[code], deps);
    const isOfPhoto = isOneOf(companyPhotoCodes, code);
    if (isOfPhoto || code === 'enrolment_exists') await noteDecision();
    if (code === 'company_photo_unlike' && counted.left.tries > 0)
      return lose(attempted, counted, 'company_photo', deps);
    if (code === 'company_photo_unlike' || code === 'enrolment_exists') {
      await endAttempt(attempted.captured, { ...counted, state: 'failed' }, deps);
      await recordFailed(attempted.captured, deps);
    }
    // After the other codes, the step-up stays open without a lost try, because the organization can correct the photo.
    if (isOfPhoto || code === 'enrolment_exists') throw error;
    if (!isOneOf(decidedCodes, code)) throw error;
    if (isReference) {
      await noteDecision();
      return lose(attempted, counted, 'reference_unlike', deps);
    }
  } finally {
    // The photos are wiped after this function, so the judge must release them first.
    await judged.catch(() => null);
  }
  const { hint } = await judged;
  await noteDecision();
  return lose(attempted, left, hint ?? attempted.advice, deps);
}

const methodsOf = (secret: PresentedSecret | null) =>
  secret === null ? (['face'] as const) : (['face', secret.method] as const);

async function verifyFrom(
  { captured, sent, faces, share }: Attempt,
  judged: Promise<LivenessFinding>,
  deps: CoreDeps & Ports<'passkeys'>,
): Promise<StepUpRecord> {
  const { secret } = await presentSecret(captured, sent.secret, deps);
  const shown = { photos: faces, share, secret: secret?.value ?? null, methods: methodsOf(secret), judged };
  const { shownFrom } = sent;
  // The judgment compares the frames of a challenge with earlier ones.
  return completeVerification(captured, { ...shown, guard: acceptAnyPhotos, shownFrom }, deps);
}

/** @throws `step_up_finished` if the enrolment has ended, or the face that opened the page has been replaced */
async function checkGoesOn({ record, terms }: Termed, deps: Ports<'state'>): Promise<void> {
  await checkNotEnded(record, deps);
  if (terms.hasShownFormer) await checkNotEnrolledSince(record, deps);
}

async function enrolFrom(
  { captured, sent, faces: photos, share }: Attempt,
  judged: Promise<LivenessFinding>,
  deps: CoreDeps & Ports<'passkeys'>,
): Promise<StepUpRecord> {
  const { record, terms, connection } = captured;
  const { subject, consent } = record;
  if (connection === null) throw new FaceError('connection_unknown');
  if (consent === null) throw new FaceError('consent_missing');
  await checkGoesOn(captured, deps);
  // A bad document photo is reported first, and costs no attempt.
  const reference = wantsReference(captured) ? await takeReference(sent.reference, share, deps) : null;
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
      given: terms.proof,
      hasShownFormer: terms.hasShownFormer,
    },
    deps,
  );
  // The passkey response is consumed last, so that it stays valid if the frames fail.
  const { secret, passkey } = await presentSecret(captured, sent.secret, deps);
  const value = secret?.value ?? null;
  // The enrolment may have ended while the pictures were judged.
  await checkGoesOn(captured, deps);
  await enrolSubject({ connection, subject, photos, secret: value, passkey, consent, ...proven, share }, deps);
  const methods = [...methodsOf(secret)];
  const check = { at: deps.clock.now(), liveness, presence, methods, enrolmentProof: proven.proof };
  return passStepUp(captured, { check, accuracy: connection.policy.accuracy }, deps);
}
