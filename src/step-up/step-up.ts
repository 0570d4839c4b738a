import type { NamedAction } from '../core/action.js';
import { type Assurance, type Connection, type Policy, type StartedStepUp, vouched } from '../core/connection.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import type { DrawnChoices } from '../core/number-choices.js';
import type { StepUpPurpose } from '../core/page-protocol.js';
import type { SignInTerms } from '../core/rules/sign-in-terms.js';
import { Credential, type Photo, type UserSecret } from '../core/secrets.js';
import { isStored, newSecret, toStoredDigest } from '../core/tickets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { acceptAnyPhotos, requireNewPhotos } from '../enrolment/earlier-frames.js';
import { checkNotEnded } from '../enrolment/revoke.js';
import { FaceError } from '../errors.js';
import {
  attempt,
  completeVerification,
  countAnonymousCheck,
  endTest,
  frameOwnerOf,
  recordFailed,
  refuseByRule,
  takeReceipt,
  type Verified,
} from './complete.js';
import type { FlowPorts, StoredFlow } from './flow.js';
import {
  anonymousSourceOf,
  chargeUnusable,
  isReceiptWaiting,
  referenceChecksOnPage,
  type StepUpRecord,
  stateAt,
  testOutcomeIn,
} from './record.js';
import { heldTokenOf, isOfHeldToken, requestOf } from './request-flow.js';
import { isPhoneNeeded } from './session-view.js';
import { changeRecord, endAttempt, findStepUp, readRecord, writeRecord } from './stored.js';
import { capture, newAttempt, take } from './transitions.js';

export type { StartedStepUp };

export type StepUpView = Readonly<ReturnType<typeof toView>>;

/** What every check starts with, whatever it is for. */
export interface CheckStart {
  /** `null` for a token that the caller stores, of a person of no connection. */
  readonly connection: Connection | null;
  readonly subject: string;
  readonly purpose?: StepUpPurpose;
  /** Evidence of the person's identity before the check; by default, the initiator vouches for the person. */
  readonly assurance?: Assurance;
  readonly by?: string | undefined;
  /** URL of the application that the person returns to. */
  readonly application?: string | null | undefined;
  readonly returnUrl?: string | null;
  /** Secret of the one browser that may open the page, or `null` for any. */
  readonly browser?: Credential | null;
  /** Rule that asks for the check, and rule in shadow mode that would decide. By default, the policy. */
  readonly rule?: string | null;
  readonly watched?: SignInTerms['watched'];
  /** Number that the help desk reads out and the person must choose first. */
  readonly spoken?: DrawnChoices;
  /** Action to show before the camera opens. Only a face can approve it. */
  readonly action?: NamedAction | null;
  /** Seconds until the step-up must be opened. The default is that of the policy. */
  readonly lifeSec?: number;
}

export const defaultTimeoutSec = 600;

const triesOnPage = 3;

const challengesOnPage = 12;

/**
 * Starts a step-up. Looks nothing up, so unknown and unenrolled subjects look the same. Callers must rate-limit
 * anonymous requests.
 * @returns the public id, and the challenge, which only the person in front of the camera may get
 * @throws `token_malformed`
 */
export async function startStepUp<Flow extends StoredFlow>(
  start: CheckStart,
  flow: Flow,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier'>,
): Promise<StartedStepUp> {
  const { connection, subject, assurance = vouched, purpose = 'verify', browser = null, action = null } = start;
  const held = heldTokenOf({ flow });
  // A malformed token is reported to the caller now, because the person cannot fix it.
  if (held !== null) deps.verifier.identify(held.token);
  const tenant = connection?.id ?? held?.binding.tenant;
  if (tenant === undefined) throw new FaceError('connection_unknown');
  const id = Buffer.from(deps.random(16)).toString('base64url');
  const challenge = newSecret(deps);
  const now = deps.clock.now();
  const expiresAt = addSec(now, start.lifeSec ?? connection?.policy.stepUpTimeoutSec ?? defaultTimeoutSec);
  const record: StepUpRecord = {
    connection: tenant,
    subject,
    purpose,
    assurance,
    flow,
    application: hostOf(start.application ?? ''),
    action,
    rule: start.rule ?? null,
    spoken: start.spoken === undefined ? null : { ...start.spoken, choice: 'open' },
    isTest: connection?.testOutcomeOf !== undefined,
    state: 'started',
    startedAt: now,
    expiresAt,
    captured: null,
    digests: {
      challenge: toStoredDigest(challenge),
      browser: browser === null ? null : toStoredDigest(browser),
      session: null,
    },
    handOff: null,
    challenge: null,
    isVendorReplaced: false,
    isGlance: false,
    consent: null,
    left: { tries: triesOnPage, challenges: challengesOnPage, looks: referenceChecksOnPage },
    pass: null,
    codes: null,
    hasRecoveryCodes: false,
    hasPasskey: false,
    returnUrl: start.returnUrl ?? null,
  };
  // Anonymous step-ups are many. They need not survive a power failure, because they can be started again.
  await writeRecord(id, record, { when: 'absent', relaxedDurability: assurance.kind !== 'vouched' }, deps);
  await deps.audit.append({
    action: 'step_up_started',
    connection: record.connection,
    subject,
    detail: {
      stepUpId: id,
      purpose,
      by: start.by,
      application: record.application ?? undefined,
      actionDigest: action?.digest,
      rule: record.rule ?? undefined,
      watched: start.watched ?? undefined,
    },
  });
  return { id, challenge, expiresAt };
}

const hostOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).host || null : null);

function releasesKey(record: StepUpRecord): boolean {
  const flow = requestOf(record);
  return flow?.kind === 'held_token' && flow.contentKey !== null;
}

/** Returns true if photos without a challenge may be copies. No client, whose setting decides, made a provider's request. */
function acceptsCopies(record: StepUpRecord): boolean {
  const flow = requestOf(record);
  return flow?.kind === 'provider_request' || flow?.acceptsCopies === true;
}

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
  deps: CoreDeps & Ports<'connections' | 'keys' | 'analysisCache'> & FlowPorts,
): Promise<StepUpView> {
  const { id, challenge, photos, secret } = request;
  const found = await findStepUp(id, deps);
  const { terms } = found;
  const test = testOutcomeIn(found.record, found.connection);
  const by = newAttempt(deps);
  const now = deps.clock.now();
  const record = await changeRecord(
    id,
    (latest) => {
      if (!isStored(challenge, latest.digests.challenge)) throw new FaceError('step_up_unknown');
      const captured = capture(latest, by, now);
      const policy = isOfHeldToken(latest) ? undefined : found.connection?.policy;
      // Photos alone prove no movement, phone or authenticator, and the person may not have seen the action.
      const isPlain = latest.purpose === 'verify' && latest.spoken === null && latest.action === null;
      const needsPage =
        isChallenged(policy) || isPhoneNeeded(found) || releasesKey(latest) || terms.asksDocument || !isPlain;
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
      await countAnonymousCheck(captured, deps);
      const guard = acceptsCopies(record)
        ? acceptAnyPhotos
        : requireNewPhotos(frameOwnerOf(record, deps), anonymousSourceOf(record) === null, deps);
      const shown = {
        photos,
        document: null,
        secret,
        methods: ['face'],
        judged: null,
        guard,
        shownFrom: null,
      } as const;
      const completed =
        test === null
          ? await chargeUnusable(
              captured,
              async (newShare) =>
                toEnded(record, await completeVerification(captured, { ...shown, share: newShare() }, deps)),
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

function toEnded(record: StepUpRecord, verified: Verified): StepUpRecord {
  switch (verified.kind) {
    case 'passed':
      return verified.ended;
    case 'refused_by_rule':
      return refuseByRule(record);
    case 'unlike':
    case 'unproven':
      return { ...record, state: 'failed' };
  }
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
  return toView(id, await changeRecord(id, take, deps), deps.clock.now());
}

function receiptOf(record: StepUpRecord, now: EpochMs): Credential | null {
  const issued = requestOf(record)?.receipt?.issued ?? null;
  return issued === null || issued.expiresAt <= now ? null : new Credential(issued.text);
}

export const toView = (id: string, record: StepUpRecord, now: EpochMs) => ({
  id,
  connection: record.connection,
  subject: record.subject,
  purpose: record.purpose,
  receipt: receiptOf(record, now),
  receiptWaits: isReceiptWaiting(record, now),
  state: stateAt(record, now),
  expiresAt: record.expiresAt,
  pass: record.pass,
  stayedHere: record.handOff === null,
  action: record.action,
  rule: record.rule,
  isVendorReplaced: record.isVendorReplaced,
  isGlance: record.isGlance,
  isTest: record.isTest,
});
