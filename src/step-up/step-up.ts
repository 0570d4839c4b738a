import type { NamedAction } from '../core/action.js';
import { type Assurance, type Connection, type Policy, type StartedStepUp, vouched } from '../core/connection.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import type { EnrolmentProof } from '../core/enrolment-proof.js';
import type { AttemptScope } from '../core/limits/attempts.js';
import type { DrawnChoices } from '../core/number-choices.js';
import type { StepUpPurpose } from '../core/page-protocol.js';
import type { ReceiptRequest } from '../core/receipt.js';
import type { SignInTerms } from '../core/rules/sign-in-terms.js';
import { Credential, type Photo, type UserSecret } from '../core/secrets.js';
import { isStored, newSecret, toStoredDigest } from '../core/tickets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { acceptAnyPhotos, requireNewPhotos } from '../enrolment/earlier-frames.js';
import { checkNotEnded } from '../enrolment/revoke.js';
import { FaceError } from '../errors.js';
import {
  attempt,
  type CallerHeldToken,
  completeVerification,
  countAnonymousCheck,
  endTest,
  frameOwnerOf,
  recordFailed,
  takeReceipt,
} from './complete.js';
import type { HookSignIn } from './passed-step-up.js';
import {
  anonymousSourceOf,
  type ContentKeyRecipient,
  chargeUnusable,
  isReceiptWaiting,
  referenceChecksOnPage,
  type StepUpRecord,
  type StepUpState,
  stateAt,
  testOutcomeIn,
  toStoredAssurance,
} from './record.js';
import { changeRecord, endAttempt, findStepUp, readRecord, writeNew } from './stored.js';
import { capture, newAttempt, take } from './transitions.js';

export type { StartedStepUp };

export interface StepUpView {
  readonly id: string;
  readonly connection: string;
  readonly subject: string;
  readonly purpose: StepUpPurpose;
  readonly state: StepUpState;
  readonly expiresAt: EpochMs;
  readonly receipt: Credential | null;
  readonly receiptWaits: boolean;
  readonly pass: StepUpRecord['pass'];
  readonly stayedHere: boolean;
  readonly action: NamedAction | null;
  /** Rule that asked for the check. */
  readonly rule: string | null;
  readonly isVendorReplaced: boolean;
  /** True for a test person. */
  readonly isTest: boolean;
}

export type StepUpRequested = {
  readonly subject: string;
  readonly purpose?: StepUpPurpose;
  /** Evidence of the person's identity before the check; by default, the initiator vouches for the person. */
  readonly assurance?: Assurance;
  /** What a failed face counts against; by default, sign-ins. */
  readonly countsAs?: AttemptScope;
  readonly by?: string;
  /** URL of the application, if it is not the receipt's audience. */
  readonly application?: string | null;
  readonly returnUrl?: string | null;
  /** Secret of the one browser that may open the page, or `null` for any. */
  readonly browser?: Credential | null;
  /** Sign-in whose hook events may use the pass. `null` if only the initiator gets the result. */
  readonly hookSignIn: HookSignIn | null;
  /** Name of the rule that asks for the check. `null`: the policy. */
  readonly rule?: string | null;
  /** Rule in shadow mode that would decide. */
  readonly watched?: SignInTerms['watched'];
  /** True if the recipient can distinguish alternatives from a face check. */
  readonly acceptsFallback?: boolean;
  /** Number that the help desk reads out and the person must choose first. */
  readonly spoken?: DrawnChoices;
  /** Ticket of the help desk, which audit records and webhooks repeat. */
  readonly reference?: string | null;
  readonly camera?: StepUpRecord['camera'] | null;
  /** True at a kiosk. It is the organization's own device, so any camera is allowed. */
  readonly atKiosk?: boolean;
  readonly forbidHandOff?: boolean;
  readonly allowReEnrolment?: boolean;
  readonly openedByFace?: boolean;
  /** Time of the face check that opened the person's own page. */
  readonly faceShownAt?: EpochMs | null;
  /** What an enrolment rests on; by default, on the link. */
  readonly proof?: EnrolmentProof;
  /** True for a client of the developers' sandbox. The receipt says so. */
  readonly isSandbox?: boolean;
  /** True if photos without a challenge may be copies of earlier ones. */
  readonly acceptsCopies?: boolean;
  /** Action to show before the camera opens. Only a face can approve it. */
  readonly action?: NamedAction | null;
  /** Public key for which the content key of the caller's token is encrypted after a live check. */
  readonly contentKeyTo?: ContentKeyRecipient | null;
  /** Seconds until the step-up must be opened. The default is that of the policy. */
  readonly lifeSec?: number;
} & (
  | {
      readonly connection: Connection;
      /** Token that the caller stores. `null` if the token is in the subject's profile. */
      readonly callerHeldToken: CallerHeldToken | null;
      readonly receipt: ReceiptRequest | null;
    }
  | { readonly connection: null; readonly callerHeldToken: CallerHeldToken; readonly receipt: ReceiptRequest }
);

export const defaultTimeoutSec = 600;

const triesOnPage = 3;

const challengesOnPage = 12;

/**
 * Starts a step-up. Looks nothing up, so unknown and unenrolled subjects look the same. Callers must rate-limit
 * anonymous requests.
 * @returns the public id, and the challenge, which only the person in front of the camera may get
 * @throws `token_malformed`
 */
export async function startStepUp(
  requested: StepUpRequested,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier'>,
): Promise<StartedStepUp> {
  const { connection, subject, callerHeldToken, receipt, assurance = vouched } = requested;
  // A malformed token is reported to the caller now, because the person cannot fix it.
  if (callerHeldToken !== null) deps.verifier.identify(callerHeldToken.token);
  const id = Buffer.from(deps.random(16)).toString('base64url');
  const challenge = newSecret(deps);
  const lifeSec = requested.lifeSec ?? connection?.policy.stepUpTimeoutSec ?? defaultTimeoutSec;
  const expiresAt = addSec(deps.clock.now(), lifeSec);
  const { purpose = 'verify', browser = null, action = null, atKiosk = false } = requested;
  // An approval is not a sign-in, so hooks cannot use it.
  const hookSignIn = action === null ? requested.hookSignIn : null;
  const record: StepUpRecord = {
    connection: connection === null ? callerHeldToken.binding.tenant : connection.id,
    subject,
    purpose,
    ...toStoredAssurance(assurance),
    countsAs: requested.countsAs ?? 'sign_in',
    camera: atKiosk ? 'any' : (requested.camera ?? connection?.policy.camera ?? 'any'),
    atKiosk,
    staysHere: requested.forbidHandOff ?? false,
    kept:
      callerHeldToken === null
        ? null
        : { token: callerHeldToken.token.use((text) => text), binding: callerHeldToken.binding },
    application: hostOf(requested.application ?? receipt?.audience ?? ''),
    reference: requested.reference ?? null,
    isSandbox: requested.isSandbox ?? false,
    isTest: connection?.testOutcomeOf !== undefined,
    acceptsCopies: requested.acceptsCopies ?? false,
    receiptFor: receipt,
    receipt: null,
    contentKeyTo: requested.contentKeyTo ?? null,
    contentKey: null,
    feedsHooks: hookSignIn !== null,
    hookSignIn,
    rule: requested.rule ?? null,
    takesAnotherWay: action === null && (requested.acceptsFallback ?? false),
    mayRenew: requested.allowReEnrolment ?? true,
    openedByFace: requested.openedByFace ?? false,
    faceShownAt: requested.faceShownAt ?? null,
    proof: requested.proof ?? 'invitation',
    action,
    spoken: requested.spoken === undefined ? null : { ...requested.spoken, choice: 'open' },
    state: 'started',
    startedAt: deps.clock.now(),
    challengeDigest: toStoredDigest(challenge),
    browserDigest: browser === null ? null : toStoredDigest(browser),
    sessionDigest: null,
    handOff: null,
    captured: null,
    movement: null,
    vendorCheck: null,
    isVendorReplaced: false,
    consent: null,
    pass: null,
    taken: false,
    recoveryCodes: 'none',
    codesOf: null,
    triesLeft: triesOnPage,
    challengesLeft: challengesOnPage,
    looksLeft: referenceChecksOnPage,
    returnUrl: requested.returnUrl ?? null,
    expiresAt,
  };
  // Anonymous step-ups are many. They need not survive a power failure, because they can be started again.
  await writeNew(id, record, { relaxedDurability: assurance.kind !== 'vouched' }, deps);
  await deps.audit.append({
    action: 'step_up_started',
    connection: record.connection,
    subject,
    detail: {
      stepUpId: id,
      purpose,
      by: requested.by,
      application: record.application ?? undefined,
      actionDigest: action?.digest,
      rule: record.rule ?? undefined,
      watched: requested.watched ?? undefined,
    },
  });
  return { id, challenge, expiresAt };
}

const hostOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).host || null : null);

const isChallenged = (policy: Policy | undefined): boolean =>
  policy !== undefined && policy.liveness !== 'off' && policy.liveness !== 'passive';

/**
 * Completes a step-up with photos. Unusable pictures leave it open. A wrong face, missing liveness, an unenrolled and a
 * revoked person get the same decision.
 * @throws `step_up_unknown`, `step_up_finished`, `challenge_needed`, `secret_missing`, `locked_out`,
 * `profile_unavailable`, the codes of `Verifier`
 */
export async function submitPhotos(
  request: {
    readonly id: string;
    readonly challenge: Credential;
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
  },
  deps: CoreDeps & Ports<'connections' | 'keys' | 'analysisCache'>,
): Promise<StepUpView> {
  const { id, challenge, photos, secret } = request;
  const found = await findStepUp(id, deps);
  const test = testOutcomeIn(found.record, found.connection);
  const by = newAttempt(deps);
  const now = deps.clock.now();
  const record = await changeRecord(
    id,
    (latest) => {
      if (!isStored(challenge, latest.challengeDigest)) throw new FaceError('step_up_unknown');
      const captured = capture(latest, by, now);
      const policy = latest.kept === null ? found.connection?.policy : undefined;
      // Photos alone prove no movement, phone or authenticator, and the person may not have seen the action.
      const isPlain =
        latest.purpose === 'verify' && latest.spoken === null && latest.action === null && latest.contentKeyTo === null;
      const needsPage = isChallenged(policy) || latest.camera === 'phone' || !isPlain;
      if (needsPage && test === null) throw new FaceError('challenge_needed');
      if (policy?.userSecret === 'passkey') throw new FaceError('secret_missing');
      return captured;
    },
    deps,
    found,
  );
  const captured = { ...found, record };
  const ended = await attempt(
    captured,
    async () => {
      await countAnonymousCheck(record, deps);
      const guard = record.acceptsCopies
        ? acceptAnyPhotos
        : requireNewPhotos(frameOwnerOf(record, deps), anonymousSourceOf(record) === null, deps);
      const shown = { photos, secret, methods: ['face'], judged: null, guard, shownFrom: null } as const;
      const completed =
        test === null
          ? await chargeUnusable(
              captured,
              (toRow) => completeVerification(captured, { ...shown, share: toRow() }, deps),
              deps,
            )
          : await endTest(captured, test, deps);
      await endAttempt(captured, completed, deps);
      if (test === null && completed.state === 'failed') await recordFailed(captured, deps);
      return completed;
    },
    deps,
  );
  // A caller that submits photos does not display recovery codes, so the receipt is issued at once.
  return takeOutcome(toView(id, ended, deps.clock.now()), deps);
}

export async function readStepUp(id: string, deps: Ports<'state' | 'clock'>): Promise<StepUpView> {
  const { record } = await readRecord(id, deps);
  return toView(id, record, deps.clock.now());
}

export async function takeOutcome(
  view: StepUpView,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'signer' | 'issuer'>,
): Promise<StepUpView> {
  if (!view.receiptWaits) return view;
  return toView(view.id, await takeReceipt(view.id, deps), deps.clock.now());
}

/**
 * Consumes the pass for its initiator.
 * @throws `step_up_unknown`; `face_not_verified` if not passed; `step_up_finished` if consumed before
 */
export async function takeStepUp(id: string, deps: Ports<'state' | 'clock'>): Promise<StepUpView> {
  const { record } = await readRecord(id, deps);
  if (record.state === 'passed') await checkNotEnded(record, deps);
  const taken = await changeRecord(id, take, deps);
  return toView(id, taken, deps.clock.now());
}

export const toView = (id: string, record: StepUpRecord, now: EpochMs): StepUpView => ({
  id,
  connection: record.connection,
  subject: record.subject,
  purpose: record.purpose,
  receipt: record.receipt === null || record.receipt.expiresAt <= now ? null : new Credential(record.receipt.text),
  receiptWaits: isReceiptWaiting(record, now),
  state: stateAt(record, now),
  expiresAt: record.expiresAt,
  pass: record.pass,
  stayedHere: record.handOff === null,
  action: record.action,
  rule: record.rule,
  isVendorReplaced: record.isVendorReplaced,
  isTest: record.isTest,
});
