import { bindingOf } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { isPhone } from '../core/device-signals.js';
import type { QueueShare } from '../core/fair-queue.js';
import { charge, consumeLimits, type LimitUse } from '../core/limits/limits.js';
import type { VendorPolicy } from '../core/liveness-policy.js';
import type { LivenessFinding, LivenessVendor, VendorResult } from '../core/ports.js';
import { type Credential, owningPhotos } from '../core/secrets.js';
import { isStored, newSecret, toStoredDigest } from '../core/tickets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError, type FaceErrorCode, isOneOf, toCode } from '../errors.js';
import { refuseUnseenPerson } from '../verification/verify.js';
import { attempt, countAnonymousCheck } from './complete.js';
import {
  type AttemptOutcome,
  type CaptureDeps,
  conclude,
  type Ending,
  lose,
  type Sent,
  undecidedOf,
} from './conclude.js';
import { openPictures } from './encrypted-pictures.js';
import { vendorConfidence } from './events.js';
import { endGlances } from './glance.js';
import { anonymousSourceOf, chargeUnusable, checkStarted, type StepUpRecord, subjectOf } from './record.js';
import { wantsReference } from './reference-photo.js';
import { heldTokenOf } from './request-flow.js';
import { changeSession, type FoundSession } from './session.js';
import { hasCurrentConsent, isPhoneNeeded, vendorOf } from './session-view.js';
import { changeRecord, type StepUp } from './stored.js';
import { capture, challenge, countTry, newAttempt, releaseAttempt } from './transitions.js';
import { checkSecret } from './user-secret.js';
import { usesOfVendor } from './vendor-uses.js';

type Deps = Ports<'state' | 'clock' | 'settings'>;

/*
 * A liveness check in the page and service of a vendor. This server opens a session for one step-up, and reads its
 * result itself. What the page says about the result is never read.
 */

/** Failures of the vendor's service, not of the person. Only these let the own check take the vendor's place. */
export const vendorOutages = [
  'liveness_unavailable',
  'liveness_throttled',
  'liveness_refused',
] as const satisfies readonly FaceErrorCode[];

/** Seconds for one call of the vendor, in which no other session of the step-up is opened. */
const openedWithinSec = 15;

/**
 * Opens a session at the vendor, which replaces an earlier one.
 * @returns `nonce`, our secret with which the page asks this server to read the result, and `grant`, what the vendor's
 * part of the page needs to run the session. `null` if the vendor's service failed and the own check takes its place
 * @throws `not_found` without a vendor; `overloaded` while another session of the step-up is being opened;
 * `locked_out` after too many sessions; as `startChallenge`; the failures of `LivenessVendor`
 */
export async function openVendorCheck(
  {
    session,
    userAgent,
    shown,
  }: { readonly session: FoundSession; readonly userAgent: string | null; readonly shown: string | null },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings' | 'livenessVendors'>,
) {
  const { record } = session;
  const policy = vendorOf(session);
  if (policy === null) throw new FaceError('not_found');
  if (isPhoneNeeded(session) && !isPhone(userAgent)) throw new FaceError('phone_needed');
  if (shown !== (record.action?.digest ?? null)) throw new FaceError('action_unseen');
  // The video may go to the vendor only under a text that names it.
  if (!hasCurrentConsent(session)) throw new FaceError('consent_missing');
  checkStarted(record, deps.clock.now());
  const undecided = undecidedOf(session);
  await consumeLimits(undecided, deps);
  await countAnonymousCheck(session, deps);
  const nonce = newSecret(deps);
  await reserveSession(session, nonce, deps);
  const paid: LimitUse[] = [];
  try {
    paid.push(...(await countSession(session, deps)));
    const { id, grant, expiresAt } = await findVendor(policy, deps).openSession();
    const detail = { stepUpId: session.id, vendor: policy.vendor };
    await deps.audit.append({ action: 'liveness_session_opened', ...subjectOf(record), detail });
    const opened = (found: StepUpRecord): StepUpRecord => {
      const { challenge } = found;
      if (challenge?.kind !== 'vendor' || !isStored(nonce, challenge.nonceDigest))
        throw new FaceError('challenge_wrong');
      return { ...found, challenge: { ...challenge, session: id, expiresAt } };
    };
    await changeRecord(session.id, opened, deps);
    return { nonce, vendor: policy.vendor, grant, expiresAt };
  } catch (error) {
    if (!isOneOf(vendorOutages, toCode(error))) throw error;
    // An outage of the vendor uses up no sessions of the hour, and none of the challenges that a person has in an hour.
    await charge([...paid, ...undecided], -1, deps);
    await noteOutage({ session, policy, error }, deps);
    if (policy.fallback === 'none') throw error;
    return null;
  }
}

/** Reserves the step-up for one session, before the vendor is asked. It costs one of its challenges. */
async function reserveSession(session: FoundSession, nonce: Credential, deps: Deps): Promise<void> {
  const nonceDigest = toStoredDigest(nonce);
  const reserve = (found: StepUpRecord, now: EpochMs): StepUpRecord => {
    const current = found.challenge;
    if (current?.kind === 'vendor' && current.session === null && current.expiresAt > now)
      throw new FaceError('overloaded');
    const expiresAt = addSec(now, openedWithinSec);
    return challenge(found, { kind: 'vendor', session: null, nonceDigest, expiresAt, countedAt: now }, now);
  };
  await changeSession(session, reserve, deps);
}

function findVendor({ vendor }: VendorPolicy, { livenessVendors }: Ports<'livenessVendors'>): LivenessVendor {
  const found = livenessVendors.get(vendor);
  if (found === undefined) throw new FaceError('liveness_refused', { reason: 'not configured', vendor });
  return found;
}

/**
 * Counts a session, which costs money.
 * @returns what was counted
 * @throws `liveness_throttled` if the sessions of the hour are used up. Anonymous callers get `locked_out`, so that they
 * cannot use up their own sessions to be asked for the own check instead
 */
async function countSession(session: FoundSession, deps: Deps): Promise<readonly LimitUse[]> {
  const uses = usesOfVendor(session);
  await consumeLimits(uses, deps).catch((error: unknown) => {
    if (uses.length > 1 || toCode(error) !== 'locked_out') throw error;
    throw new FaceError('liveness_throttled', { reason: 'limits.vendorChecks' });
  });
  return uses;
}

/** Records a failure of the vendor, and lets the own check take its place if the policy says so. */
async function noteOutage(
  {
    session,
    policy,
    error,
  }: { readonly session: FoundSession; readonly policy: VendorPolicy; readonly error: unknown },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  const code = toCode(error);
  if (!isOneOf(vendorOutages, code)) return;
  const detail = { stepUpId: session.id, vendor: policy.vendor, code, fallback: policy.fallback };
  await deps.audit.append({ action: 'liveness_vendor_failed', ...subjectOf(session.record), detail });
  const isReplaced = policy.fallback !== 'none';
  await changeRecord(
    session.id,
    (found) => ({
      ...found,
      challenge: found.challenge?.kind === 'vendor' ? null : found.challenge,
      isVendorReplaced: found.isVendorReplaced || isReplaced,
    }),
    deps,
  );
}

export interface FinishedVendorCheck extends Sent {
  readonly nonce: Credential;
}

/**
 * Reads the result of the vendor's session, compares its picture, and completes the step-up. The session is used up,
 * whatever the result.
 * @throws `challenge_wrong` for a session of another step-up, or one that another replaced; `liveness_expired`,
 * `liveness_unfinished`; the failures of `LivenessVendor`; as `submitFrames`. The step-up stays open
 */
export function finishVendorCheck(
  sent: FinishedVendorCheck,
  deps: CaptureDeps & Ports<'livenessVendors'>,
): Promise<AttemptOutcome> {
  return chargeUnusable(
    sent.session,
    async (newShare) => {
      const { captured, session, policy } = await takeSession(sent, deps);
      const judge = () =>
        owningPhotos(async (own) => {
          const context = sent.nonce.use((text) => text);
          const given = sent.reference === null ? [] : [sent.reference];
          const [reference = null] = await openPictures(
            given,
            { contentKeys: sent.contentKeys, context, share: newShare() },
            deps,
          );
          const result = await findVendor(policy, deps).readResult(session, own);
          return judgeResult({ captured, sent: { ...sent, reference } }, { policy, result }, newShare, deps);
        });
      return attempt(captured, judge, deps).catch(async (error: unknown) => {
        await noteOutage({ session: sent.session, policy, error }, deps);
        throw error;
      });
    },
    deps,
  );
}

/** Removes the vendor's session from the step-up, so that its result is read only once. */
async function takeSession(
  { session, nonce, secret, reference }: FinishedVendorCheck,
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<{ readonly captured: StepUp; readonly session: string; readonly policy: VendorPolicy }> {
  const now = deps.clock.now();
  const { session: name, policy } = findVendorSession(session, nonce, now);
  const by = newAttempt(deps);
  const take = (record: StepUpRecord): StepUpRecord => {
    const found = { ...session, record };
    if (findVendorSession(found, nonce, now).session !== name) throw new FaceError('challenge_wrong');
    const captured = capture(record, by, now);
    checkSecret(found, secret);
    if (wantsReference(found) && reference === null) throw new FaceError('photo_missing');
    return captured;
  };
  return { captured: await changeSession(session, take, deps), session: name, policy };
}

function findVendorSession(
  stepUp: Pick<StepUp, 'record' | 'connection'>,
  nonce: Credential,
  now: EpochMs,
): { readonly session: string; readonly policy: VendorPolicy } {
  const { challenge } = stepUp.record;
  const policy = vendorOf(stepUp);
  if (policy === null || challenge?.kind !== 'vendor' || challenge.session === null)
    throw new FaceError('challenge_wrong');
  if (!isStored(nonce, challenge.nonceDigest)) throw new FaceError('challenge_wrong');
  if (challenge.expiresAt <= now) throw new FaceError('liveness_expired');
  return { session: challenge.session, policy };
}

async function judgeResult(
  { captured, sent }: Ending,
  { policy, result }: { readonly policy: VendorPolicy; readonly result: VendorResult },
  newShare: () => QueueShare,
  deps: CaptureDeps,
): Promise<AttemptOutcome> {
  const finding = toFinding(result, policy);
  const { pass, reasons, presence, measurements } = finding;
  const detail = {
    stepUpId: captured.id,
    judge: presence,
    pass,
    reasons,
    asked: [],
    signals: measurements.map((measurement) => ({ ...measurement })),
  };
  await deps.audit.append({ action: 'liveness_judged', ...subjectOf(captured.record), detail });
  const before = releaseAttempt(captured.record);
  if (result.photo === null) {
    // One that forgot the picture costs no try.
    if (pass) return lose({ captured, sent }, before, null, deps);
    // A vendor that saw no live person sends no picture. It counts like a face that is not live.
    await refuseUnseen(captured, deps);
    return lose({ captured, sent }, countTry(before), null, deps);
  }
  const share = newShare();
  const held = deps.analysisCache.hold([result.photo], 'photo', share);
  const documents = deps.analysisCache.hold(sent.reference === null ? [] : [sent.reference], 'photo', newShare());
  const [document = null] = documents.photos;
  try {
    const judging = Promise.resolve({ finding, earlier: null });
    return await conclude(
      {
        captured,
        sent: { ...sent, reference: document },
        faces: held.photos,
        share,
        judging,
        advice: null,
        undecided: 1,
      },
      deps,
    );
  } finally {
    await Promise.all([held.release(), documents.release()]);
  }
}

/** Counts a check in which the vendor saw no live person. @throws `locked_out` */
async function refuseUnseen({ id, record, terms, connection }: StepUp, deps: CaptureDeps): Promise<void> {
  if (record.purpose !== 'verify' || connection === null) return;
  const { subject, application, startedAt } = record;
  const { countsAs, reference } = terms;
  const who = heldTokenOf(record) ?? { token: null, binding: bindingOf(connection, subject) };
  const anonymousSource = anonymousSourceOf(record);
  const stepUp = { id, startedAt, reference };
  await refuseUnseenPerson(who, { anonymousSource, countsAs, application, stepUp }, deps);
  await endGlances(record, deps);
}

/** Judges the result of a vendor by the confidence that the policy asks for. */
export function toFinding(
  { presence, confidence }: VendorResult,
  { confidence: atLeast }: VendorPolicy,
): LivenessFinding {
  const pass = confidence >= atLeast;
  return {
    presence,
    liveness: confidence / 100,
    hint: null,
    pass,
    reasons: pass ? [] : [vendorConfidence],
    measurements: [{ name: vendorConfidence, value: confidence, unit: '%', atLeast, atMost: null, pass }],
  };
}
