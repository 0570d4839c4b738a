import type { CoreDeps, Ports } from '../core/deps.js';
import { anonymousShare, type QueueShare } from '../core/fair-queue.js';
import { type Hint, hintOfFrames } from '../core/hints.js';
import { charge, type LimitUse } from '../core/limits/limits.js';
import type { ContentKeys, LivenessFinding, PresentedSecret } from '../core/ports.js';
import type { Credential, Photo } from '../core/secrets.js';
import { proveEnrolment } from '../enrolment/company-photo.js';
import { acceptAnyPhotos, type ComparedFrames, rememberFrames } from '../enrolment/earlier-frames.js';
import { enrolSubject } from '../enrolment/enrol.js';
import { isPortraitOf } from '../enrolment/portrait.js';
import { checkNotEnded, checkNotEnrolledSince } from '../enrolment/revoke.js';
import { FaceError, type FaceErrorCode, isOneOf, photoCodes, toCode } from '../errors.js';
import { completeVerification, frameOwnerOf, passStepUp, recordFailed, type Verified } from './complete.js';
import type { ShownFrom } from './receipt-rules.js';
import { anonymousSourceOf, type StepUpRecord, shareOf, type Termed } from './record.js';
import { findReferenceProblem, wantsReference } from './reference-photo.js';
import { isOfHeldToken } from './request-flow.js';
import { type FoundSession, viewSession } from './session.js';
import type { SessionView } from './session-view.js';
import { endAttempt, type StepUp } from './stored.js';
import { countTry, releaseAttempt, withoutTries } from './transitions.js';
import { presentSecret, type SentSecret } from './user-secret.js';

/** What a person sent with their pictures. */
export interface Sent {
  readonly session: FoundSession;
  readonly reference: Photo | null;
  /** Response with a digital document, still encrypted. */
  readonly document: string | null;
  /** How the pictures are encrypted; `null` if they are not. */
  readonly contentKeys: ContentKeys | null;
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
  /** Amount by which the challenge counts as undecided. It is subtracted when the check is decided. */
  readonly undecided: number;
}

export type CaptureDeps = CoreDeps & Ports<'keys' | 'passkeys' | 'judge' | 'analysisCache' | 'encryptedPictures'>;

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

/** What an attempt came to. */
type Conclusion =
  | Verified
  /** Pictures that cannot be compared cost no try. */
  | { readonly kind: 'unusable'; readonly hint: Hint | null }
  | { readonly kind: 'reference_unlike' }
  | { readonly kind: 'enrolled_before' };

/** Refusals that depend on a comparison. */
const decidedCodes = ['face_mismatch', 'liveness_low'] as const satisfies readonly FaceErrorCode[];

/** Returns what a refusal of verifier or profile comes to. @throws any other error */
function toConclusion(error: unknown): Conclusion {
  const code = toCode(error);
  if (isOneOf(photoCodes, code)) return { kind: 'unusable', hint: hintOfFrames[code] };
  if (code === 'enrolment_exists') return { kind: 'enrolled_before' };
  if (isOneOf(decidedCodes, code)) return unlike;
  throw error;
}

const unlike: Conclusion = { kind: 'unlike' };

export type Ending = Pick<Attempt, 'captured' | 'sent'>;

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

/** Decides an attempt. Each that is decided against the person costs a try. */
export async function conclude(attempted: Attempt, deps: CaptureDeps): Promise<AttemptOutcome> {
  const { captured, judging, advice } = attempted;
  const before = releaseAttempt(captured.record);
  const counted = countTry(before);
  const judged = judging.then(({ finding }) => finding);
  const decide = before.purpose === 'enrol' ? enrolFrom : verifyFrom;
  // The photos are wiped after this function, so the judge must release them first.
  const [deciding] = await Promise.allSettled([decide(attempted, judged, deps).catch(toConclusion), judged]);
  if (deciding.status === 'rejected') throw deciding.reason;
  const concluded = deciding.value;
  if (concluded.kind === 'unusable') return lose(attempted, before, concluded.hint, deps);
  const { earlier, finding } = await judging;
  // Frames of a decided check are remembered. Those of undecided checks would push out earlier ones, and an anonymous
  // caller could push out the person's own frames.
  if (anonymousSourceOf(before) === null) await rememberFrames(frameOwnerOf(before, deps), earlier, deps);
  await charge(undecidedOf(captured), -attempted.undecided, deps);
  const fail = async (): Promise<void> => {
    await endAttempt(captured, { ...counted, state: 'failed' }, deps);
    await recordFailed(captured, deps);
  };
  switch (concluded.kind) {
    case 'passed':
      return endWith(attempted, { ended: concluded.ended, outcome: 'passed', hint: null }, deps);
    case 'unlike':
      return lose(attempted, counted, finding.hint ?? advice, deps);
    case 'refused_by_rule':
      // Another try would end in the same way.
      return lose(attempted, withoutTries(counted), finding.hint ?? advice, deps);
    case 'reference_unlike':
      return lose(attempted, counted, 'reference_unlike', deps);
    case 'unproven':
      // The person can present a document again, which costs a try only if the face was compared.
      if (concluded.hint !== null)
        return lose(attempted, concluded.code === 'company_photo_unlike' ? counted : before, concluded.hint, deps);
      // After the other codes, the step-up stays open without a lost try, because the organization can correct the photo.
      if (concluded.code !== 'company_photo_unlike') throw new FaceError(concluded.code);
      if (counted.left.tries > 0) return lose(attempted, counted, 'company_photo', deps);
      await fail();
      throw new FaceError(concluded.code);
    case 'enrolled_before':
      await fail();
      throw new FaceError('enrolment_exists');
  }
}

const methodsOf = (secret: PresentedSecret | null) =>
  secret === null ? (['face'] as const) : (['face', secret.method] as const);

async function verifyFrom(
  { captured, sent, faces, share }: Attempt,
  judged: Promise<LivenessFinding>,
  deps: CoreDeps & Ports<'passkeys'>,
): Promise<Conclusion> {
  const { secret } = await presentSecret(captured, sent.session.role, sent.secret, deps);
  const { document, shownFrom } = sent;
  const shown = { photos: faces, document, share, secret: secret?.value ?? null, methods: methodsOf(secret), judged };
  // The judgment compares the frames of a challenge with earlier ones.
  return completeVerification(captured, { ...shown, guard: acceptAnyPhotos, shownFrom }, deps);
}

/** @throws `step_up_finished` if the enrolment has ended, or the face that opened the page has been replaced */
async function checkMayStillEnrol({ record, terms }: Termed, deps: Ports<'state'>): Promise<void> {
  await checkNotEnded(record, deps);
  if (terms.hasShownFormer) await checkNotEnrolledSince(record, deps);
}

async function enrolFrom(
  { captured, sent, faces: photos, share }: Attempt,
  judged: Promise<LivenessFinding>,
  deps: CoreDeps & Ports<'passkeys'>,
): Promise<Conclusion> {
  const { record, terms, connection } = captured;
  const { subject, consent } = record;
  if (connection === null) throw new FaceError('connection_unknown');
  if (consent === null) throw new FaceError('consent_missing');
  await checkMayStillEnrol(captured, deps);
  // A bad document photo is reported first, and costs no attempt.
  const problem = wantsReference(captured) ? await findReferenceProblem(sent.reference, share, deps) : null;
  if (problem !== null) return { kind: 'unusable', hint: problem };
  const { pass, liveness, presence } = await judged;
  if (!pass) return unlike;
  const portrait = wantsReference(captured) ? sent.reference : null;
  if (portrait !== null && !(await isPortraitOf({ portrait, photos }, share, deps)))
    return { kind: 'reference_unlike' };
  const proven = await proveEnrolment(
    {
      connection,
      subject,
      photos,
      // Time that the organization's photo costs is not charged to the person.
      share: shareOf(record),
      stepUpId: captured.id,
      document: sent.document,
      given: terms.proof,
      hasShownFormer: terms.hasShownFormer,
    },
    deps,
  );
  if (proven.kind === 'unproven') return proven;
  // The passkey response is consumed last, so that it stays valid if the frames fail.
  const { secret, passkey } = await presentSecret(captured, sent.session.role, sent.secret, deps);
  const { proof, document, mayReplace } = proven;
  // The enrolment may have ended while the pictures were judged.
  await checkMayStillEnrol(captured, deps);
  const enrolment = { connection, subject, photos, passkey, consent, proof, document, mayReplace, share };
  await enrolSubject({ ...enrolment, secret: secret?.value ?? null }, deps);
  const methods = [...methodsOf(secret)];
  const check = {
    at: deps.clock.now(),
    liveness,
    presence,
    methods,
    enrolmentProof: proof,
    enrolmentDocument: document,
  };
  const ended = await passStepUp(captured, { check, accuracy: connection.policy.accuracy }, deps);
  return { kind: 'passed', ended };
}
