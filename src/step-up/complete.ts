import { toAuditFields } from '../core/action.js';
import {
  bindingOf,
  type ConnectedSubject,
  type Connection,
  readTokenIfAny,
  type SubjectRef,
  subjectOfIdentifier,
  toSubjectRef,
} from '../core/connection.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import { type EnrolmentProof, isIndependentProof } from '../core/enrolment-proof.js';
import { anonymousShare, type QueueShare } from '../core/fair-queue.js';
import { attemptsOfAllAnonymous } from '../core/limits/attempts.js';
import { consumeLimits, notePassedNetwork } from '../core/limits/limits.js';
import { capLockout } from '../core/limits/lockout.js';
import type { Accuracy, AuthenticationMethod, LivenessFinding, Sealed, VerifyRequest } from '../core/ports.js';
import { issueReceipt, receiptLifeSec } from '../core/receipt.js';
import { retryInBackground } from '../core/resilience.js';
import { longestFreshnessSec } from '../core/rules/rule.js';
import { ContentKey, type Photo, type SealedToken, type UserSecret } from '../core/secrets.js';
import type { TestOutcome } from '../core/test-outcomes.js';
import { addSec } from '../core/units.js';
import { findUnprovenDocument, type UnprovenEnrolment } from '../enrolment/company-photo.js';
import { findConsent, nameInConsent, noProof, readConsentedToken, readProof } from '../enrolment/consent.js';
import { identifyIfToken } from '../enrolment/deny-list.js';
import { holderOf, type PhotoGuard } from '../enrolment/earlier-frames.js';
import { changeToken, toTokenChange } from '../enrolment/enrol.js';
import { checkNotEnded, hasEndedSince } from '../enrolment/revoke.js';
import { isLost } from '../enrolment/written-tokens.js';
import { FaceError, type FaceErrorCode, isOneOf, toCode } from '../errors.js';
import { type CheckRules, type PersonVerdict, verifyPerson } from '../verification/verify.js';
import { encryptContentKey } from './content-key.js';
import { recordExpired } from './expired.js';
import { endGlances } from './glance.js';
import { forgetPassedStepUp, recordPassedStepUp } from './passed-step-up.js';
import { isRefusedByRule, type ShownFrom } from './receipt-rules.js';
import {
  anonymousSourceOf,
  isByFace,
  isReceiptWaiting,
  type StepUpRecord,
  shareOf,
  subjectOf,
  type Termed,
  testLockoutSec,
  toAskedBy,
} from './record.js';
import { type CallerHeldToken, heldTokenOf, isOfHeldToken, requestOf } from './request-flow.js';
import { changeRecord, endAttempt, livenessShown, readRecord, type StepUp } from './stored.js';
import { noteIssued, noteReleasedKey, releaseAttempt, reserveForPass, withoutTries } from './transitions.js';

/**
 * Counts a face check that an anonymous caller started, before it costs a look-up, a record or engine time.
 * @throws `locked_out`
 */
export async function countAnonymousCheck(
  { record, terms }: Termed,
  deps: Ports<'state' | 'clock' | 'settings'>,
): Promise<void> {
  const source = anonymousSourceOf(record);
  // Checks behind a link of the help desk are bounded by recovery. Anonymous callers cannot use them up.
  if (source === null || terms.countsAs === 'recovery_link') return;
  await consumeLimits(
    [
      ['outsiderChecks', source],
      ['outsiderChecksOfConnection', record.connection, anonymousShare(source)],
    ],
    deps,
  );
}

/**
 * Verifies photos against the token of a profile or of the caller. Stores the token in the profile if it was renewed.
 * Returns the ids of the profile's token and its renewal.
 * @param request.connection - `null` only with the caller's token
 * @param request.allowRenewal - false if the check shows too little to replace the enrolled pictures
 * @throws `connection_unknown`, `profile_unavailable`, and as `verifyPerson`
 */
export async function checkFace(
  request: {
    readonly connection: Connection | null;
    readonly subject: string;
    readonly callerHeldToken: CallerHeldToken | null;
  } & Pick<VerifyRequest, 'photos' | 'secret' | 'share' | 'allowRenewal' | 'takeContentKey'> &
    Omit<CheckRules, 'isLost'>,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings'>,
): Promise<{ verdict: PersonVerdict; accuracy: Accuracy; tokenIds: readonly string[] }> {
  const { connection, subject, callerHeldToken, photos, secret, share, allowRenewal, takeContentKey, ...rules } =
    request;
  const requireLiveness = connection?.policy.liveness === 'passive';
  if (callerHeldToken !== null) {
    const { token, binding } = callerHeldToken;
    const request = { photos, token, binding, secret, requireLiveness, allowRenewal: false, share, takeContentKey };
    const verdict = await verifyPerson(request, { ...rules, isLost: false }, deps);
    return { verdict, accuracy: binding.accuracy, tokenIds: [] };
  }
  if (connection === null) throw new FaceError('connection_unknown');
  const isKnown = rules.anonymousSource === null;
  const token = await readTokenIfAny(connection, subject, isKnown ? 'known' : 'anonymous');
  const binding = bindingOf(connection, subject);
  const verdict = await verifyPerson(
    { photos, token, binding, secret, requireLiveness, allowRenewal, share },
    // Anonymous callers get the same answer as for a person who is not enrolled.
    { ...rules, isLost: isKnown && (await isLost({ connection: connection.id, subject }, token, deps)) },
    deps,
  );
  const { accuracy } = binding;
  if (!verdict.matched) return { verdict, accuracy, tokenIds: [] };
  if (isKnown) await capLockout(attemptsOfAllAnonymous(binding), deps);
  if (verdict.renewed !== null && token !== null)
    await renewToken({ connection, subject, former: token, sealed: verdict.renewed }, deps);
  const ids = [identifyIfToken(token, deps)?.tokenId, verdict.renewed?.tokenId];
  return { verdict, accuracy, tokenIds: ids.filter((id) => id !== undefined) };
}

/**
 * Stores a renewed token, unless the previous token was replaced or revoked meanwhile. On failure the previous token
 * stays valid.
 */
async function renewToken(
  renewal: ConnectedSubject & {
    readonly former: SealedToken;
    readonly sealed: Sealed;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings'>,
): Promise<void> {
  const { connection, sealed } = renewal;
  const who = toSubjectRef(renewal);
  try {
    const change = toTokenChange({ ...renewal, kind: 'renewal' }, deps);
    const current = change.former?.tokenId ?? null;
    const found = await findConsent(who, deps);
    const makeReady = async (): Promise<void> => {
      // A renewal keeps the consent. If the store has lost the consent record, the token is renewed without it.
      if (found === null) return;
      const { record: consent } = found;
      if (consent.tokenId !== current) throw new FaceError('enrolment_changed');
      const { proof, document, enrolledAt } = consent;
      await nameInConsent(who, { consent, proof, document, enrolledAt, token: change.token, found, current }, deps);
    };
    await changeToken(change, { token: sealed.token, makeReady }, deps);
  } catch (error) {
    deps.log.warn('cannot store the renewed token', { connection: connection.id, code: toCode(error) });
  }
}

type ReceiptPorts = Ports<'state' | 'clock' | 'random' | 'audit' | 'signer' | 'issuer'>;

export async function withReceipt(
  id: string,
  passed: StepUpRecord,
  deps: Ports<'clock' | 'random' | 'audit' | 'signer' | 'issuer'>,
): Promise<StepUpRecord> {
  const { connection, subject, pass, action, isTest } = passed;
  const flow = requestOf(passed);
  if (flow === null || flow.receipt === null || pass === null) return passed;
  const held = heldTokenOf(passed);
  const { at: passedAt, accuracy, liveness, presence, methods, enrolmentProof, enrolmentDocument } = pass;
  // If the caller stores the token, only the caller knows whose token it is, so the receipt names the caller's tenant.
  const of = held === null ? connection : `${held.binding.idp}:${held.binding.tenant}`;
  const stated = {
    connection: of,
    subject,
    stepUpId: id,
    passedAt,
    accuracy,
    liveness,
    presence,
    methods,
    enrolmentProof,
    enrolmentDocument,
    action,
    isSandbox: flow.kind !== 'provider_request' && flow.isSandbox,
    isTest,
  };
  const expiresAt = addSec(deps.clock.now(), receiptLifeSec);
  const receipt = await issueReceipt(flow.receipt.for, stated, deps);
  return noteIssued(passed, { text: receipt.use((text) => text), expiresAt });
}

/**
 * Issues a pending receipt. Idempotent.
 * @returns the step-up without a receipt if none is pending, or if the enrolment has ended or changed
 * @throws `step_up_unknown`; `step_up_finished` if no recovery codes were offered
 */
export async function takeReceipt(id: string, deps: ReceiptPorts): Promise<StepUpRecord> {
  const found = await readRecord(id, deps);
  const { record } = found;
  if (record.codes === null) throw new FaceError('step_up_finished');
  if (!isReceiptWaiting(record, deps.clock.now()) || !(await isStillEnrolled(record, deps))) return record;
  const issued = requestOf(await withReceipt(id, record, deps))?.receipt?.issued ?? null;
  if (issued === null) return record;
  return changeRecord(
    id,
    (latest) => (requestOf(latest)?.receipt?.issued === null ? noteIssued(latest, issued) : latest),
    deps,
    found,
  );
}

export async function isStillEnrolled(record: StepUpRecord, deps: Ports<'state'>): Promise<boolean> {
  if (await hasEndedSince(record, record.startedAt, deps)) return false;
  return (await readConsentedToken(subjectOf(record), deps)) === (record.codes?.of ?? null);
}

/**
 * Runs one attempt. If it ends without a decision, the step-up is reopened, with retries if the store fails, because a
 * step-up that is reserved for a pass never reopens by itself.
 */
export async function attempt<T>(captured: StepUp, work: () => Promise<T>, deps: Ports<'state' | 'log'>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reopen = async (): Promise<void> => {
      await endAttempt(captured, releaseAttempt(captured.record), deps).catch((cause: unknown) => {
        if (!isOneOf(overCodes, toCode(cause))) throw cause;
      });
    };
    const onFailure = (cause: unknown): void =>
      deps.log.warn('step-up not yet reopened', { stepUpId: captured.id, code: toCode(cause) });
    await retryInBackground(reopen, onFailure).catch(() => {});
    throw error;
  }
}

/** Errors after which this attempt no longer owns the step-up, so it must not reopen it. */
const overCodes = ['step_up_finished', 'step_up_unknown'] as const satisfies readonly FaceErrorCode[];

/** Name of the method if only passive liveness was required. */
const passivePresence = 'passive-1';

export interface ShownFace {
  readonly photos: readonly Photo[];
  readonly share: QueueShare;
  /** Response with a digital document, still encrypted. */
  readonly document: string | null;
  readonly secret: UserSecret | null;
  readonly methods: readonly AuthenticationMethod[];
  /** Result of the liveness judgment, which must pass. `null` if none is required. */
  readonly judged: Promise<LivenessFinding> | null;
  readonly guard: PhotoGuard;
  readonly shownFrom: ShownFrom | null;
}

/** Result of the comparison of a face. */
export type Verified =
  | { readonly kind: 'passed'; readonly ended: StepUpRecord }
  /** A wrong face, missing liveness, an unenrolled and a revoked person get the same answer. */
  | { readonly kind: 'unlike' }
  | { readonly kind: 'refused_by_rule' }
  /** The person's face, with a document that is missing, not valid or another's. */
  | UnprovenEnrolment;

export async function completeVerification(captured: StepUp, shown: ShownFace, deps: CoreDeps): Promise<Verified> {
  const flow = requestOf(captured.record);
  const recipient = flow?.kind === 'held_token' ? (flow.contentKey?.to ?? null) : null;
  if (recipient === null) return verifyShown(captured, shown, deps);
  const released: ContentKey[] = [];
  const takeContentKey = (key: Uint8Array): void => void released.push(new ContentKey(Uint8Array.from(key)));
  try {
    const verified = await verifyShown(captured, { ...shown, takeContentKey }, deps);
    const [key] = released;
    if (verified.kind !== 'passed' || key === undefined) return verified;
    const contentKey = await encryptContentKey(key, recipient, deps);
    return { kind: 'passed', ended: noteReleasedKey(verified.ended, contentKey) };
  } finally {
    for (const key of released) key.wipe();
  }
}

async function verifyShown(
  captured: StepUp,
  shown: ShownFace & { readonly takeContentKey?: (key: Uint8Array) => void },
  deps: CoreDeps,
): Promise<Verified> {
  const { record, terms, connection } = captured;
  const { photos, document, share, secret, methods, judged, guard, shownFrom, takeContentKey } = shown;
  const checked = await checkFace(
    {
      connection,
      subject: record.subject,
      callerHeldToken: heldTokenOf(record),
      photos,
      secret,
      judged,
      guard,
      anonymousSource: anonymousSourceOf(record),
      countsAs: terms.countsAs,
      share,
      allowRenewal: !record.isGlance,
      takeContentKey,
      application: record.application,
      stepUp: { id: captured.id, startedAt: record.startedAt, reference: terms.reference },
      isRefused: () => isRefusedByRule(captured, { methods }, shownFrom, deps),
    },
    deps,
  );
  const { verdict, accuracy, tokenIds } = checked;
  if (!verdict.matched) {
    await endGlances(record, deps);
    return { kind: verdict.isRefusedByRule ? 'refused_by_rule' : 'unlike' };
  }
  const unproven = terms.asksDocument ? await findUnproven(captured, { photos, document }, deps) : null;
  if (unproven !== null) return unproven;
  const proof = isOfHeldToken(record) ? noProof : await readProof(subjectOf(record), tokenIds, deps);
  const passive = {
    liveness: verdict.liveness,
    presence: connection?.policy.liveness === 'passive' ? passivePresence : null,
  };
  const { liveness, presence } = (await judged) ?? passive;
  const check = { at: deps.clock.now(), liveness, presence, methods: [...methods], ...proof };
  return { kind: 'passed', ended: await passStepUp(captured, { check, accuracy }, deps) };
}

async function findUnproven(
  { id: stepUpId, record, terms, connection }: StepUp,
  { photos, document }: Pick<ShownFace, 'photos' | 'document'>,
  deps: CoreDeps,
): Promise<UnprovenEnrolment | null> {
  if (connection === null) throw new FaceError('connection_unknown');
  const { subject } = record;
  const share = shareOf(record);
  const given = terms.proof;
  const face = { connection, subject, photos, share, stepUpId, document, given, hasShownFormer: false };
  return findUnprovenDocument(face, deps);
}

/** Ends a step-up that a rule refuses. No try is left, because another one would end in the same way. */
export const refuseByRule = (record: StepUpRecord): StepUpRecord => ({ ...withoutTries(record), state: 'failed' });

/**
 * Delivers the result: issues the receipt, records it for hooks, or stores it for pickup.
 * @throws `step_up_finished` if another attempt has started or the enrolment has ended
 */
export async function passStepUp(
  captured: StepUp,
  passed: {
    readonly check: Omit<NonNullable<StepUpRecord['pass']>, 'accuracy' | 'isTaken'>;
    readonly accuracy: Accuracy;
  },
  deps: ReceiptPorts,
): Promise<StepUpRecord> {
  const { id, record, terms, connection: found } = captured;
  const { check, accuracy } = passed;
  const { connection, subject, action } = record;
  // An approval is not a sign-in, so hooks cannot use it.
  const signIn = action === null ? terms.hookSignIn : null;
  const codes = mayHaveCodes(captured, check)
    ? ({ state: 'offered', of: await readConsentedToken(subjectOf(record), deps) } as const)
    : null;
  const passedAs = { ...record, state: 'passed', pass: { ...check, accuracy, isTaken: false }, codes } as const;
  const { at: passedAt, liveness, presence } = check;
  await checkNotEnded(record, deps);
  await changeRecord(id, (latest) => reserveForPass(latest, record), deps);
  const source = anonymousSourceOf(record);
  if (source !== null && !record.isTest) await notePassedNetwork(source, JSON.stringify([connection, subject]), deps);
  if (action !== null) {
    const detail = { stepUpId: id, ...toAuditFields(action), application: record.application ?? undefined };
    await deps.audit.append({ action: 'action_approved', connection, subject, detail });
  }
  if (signIn !== null) {
    if (found === null) throw new FaceError('connection_unknown');
    const who = { connection, subject: isOfHeldToken(record) ? subjectOfIdentifier(subject) : subject };
    const judgedBy = livenessShown(record, found);
    const { methods } = check;
    const noted = { stepUpId: id, passedAt, liveness, presence, methods, judgedBy, signIn };
    await recordPassedStepUp(who, noted, { freshnessSec: longestFreshnessSec(found.policy) }, deps);
    // The end of an enrolment is recorded before passes are deleted, so a concurrent end is found here.
    if (await hasEndedSince(who, record.startedAt, deps)) {
      await forgetPassedStepUp(who, deps);
      throw new FaceError('step_up_finished');
    }
  }
  // If recovery codes are offered, the receipt is issued afterwards, because it would expire while the user writes down
  // the codes.
  return codes === null ? withReceipt(id, passedAs, deps) : passedAs;
}

export async function recordFailed(stepUp: StepUp, { audit }: Ports<'audit'>): Promise<void> {
  const detail = { stepUpId: stepUp.id, ...toAskedBy(stepUp) };
  await audit.append({ action: 'step_up_failed', ...subjectOf(stepUp.record), detail });
}

/** Ends the attempt of a test person. @throws `locked_out` */
export async function endTest(captured: StepUp, outcome: TestOutcome, deps: CoreDeps): Promise<StepUpRecord> {
  const { record, connection } = captured;
  if (outcome === 'lockout') throw new FaceError('locked_out', { retryAfterSec: testLockoutSec });
  if (outcome === 'expire') {
    await recordExpired(captured, deps);
    return { ...releaseAttempt(record), expiresAt: deps.clock.now() };
  }
  if (outcome !== 'pass' || connection === null) {
    await recordFailed(captured, deps);
    return { ...record, state: 'failed' };
  }
  const check = { at: deps.clock.now(), liveness: null, presence: null, ...noProof };
  const passed = { check: { ...check, methods: ['face' as const] }, accuracy: connection.policy.accuracy };
  if (await isRefusedByRule(captured, passed.check, null, deps)) return refuseByRule(record);
  const ended = await passStepUp(captured, passed, deps);
  const detail = { stepUpId: captured.id, ...toAskedBy(captured) };
  await deps.audit.append({ action: 'test_passed', ...subjectOf(record), detail });
  return ended;
}

/** Returns true if recovery codes are offered: once, after an enrolment by the person, if something accepts them. */
function mayHaveCodes(
  { record, connection }: StepUp,
  check: { readonly methods: readonly AuthenticationMethod[]; readonly enrolmentProof: EnrolmentProof | null },
): boolean {
  if (connection === null || !connection.policy.anotherWay.recoveryCodes) return false;
  const recovery = connection.recovery?.policy;
  const isOfRecovery = recovery?.mode === 'on' && recovery.secondThings.includes('recovery_code');
  const isAccepted =
    connection.policy.anotherWay.counts ||
    (requestOf(record)?.receipt ?? null) !== null ||
    (isOfRecovery && isIndependentProof(check.enrolmentProof));
  return isAccepted && record.purpose === 'enrol' && isByFace(check) && anonymousSourceOf(record) === null;
}

/**
 * Returns under whom the frames of a step-up are remembered. The caller chooses the subject of a token that it holds, and
 * could otherwise push out those of a user.
 */
export function frameOwnerOf(record: StepUpRecord, { verifier }: Ports<'verifier'>): SubjectRef {
  const held = heldTokenOf(record);
  return held === null ? subjectOf(record) : holderOf(verifier.identify(held.token).tokenId);
}
