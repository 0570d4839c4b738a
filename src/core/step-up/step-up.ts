import { FaceError } from '../../errors.js';
import type { NamedAction } from '../action.js';
import { Credential, type Photo, type UserSecret } from '../concealed.js';
import type { Connection, Policy } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { checkNotEnded } from '../enrolment/enrolment-end.js';
import type { Keys } from '../ports.js';
import type { ReceiptRequest } from '../receipt.js';
import { addSec, type EpochMs } from '../units.js';
import type { KeptToken } from './check-face.js';
import { attempt, completeVerification } from './complete.js';
import type { StepUpPurpose } from './page-protocol.js';
import { takeReceipt } from './pass-receipt.js';
import type { HookSignIn } from './passed-step-up.js';
import { isReceiptWaiting, looksOnPage, type StepUpRecord, type StepUpState, stateAt } from './record.js';
import type { DrawnChoices } from './spoken-number.js';
import { changeRecord, endAttempt, findStepUp, readRecord, type StepUpDeps, writeNew } from './stored.js';
import { isStored, newSecret, toStoredDigest } from './ticket.js';
import { capture, newAttempt, take } from './transitions.js';
import { chargeUnusable } from './unusable-pictures.js';

/** What may be told of a step-up. */
export interface StepUpView {
  readonly id: string;
  readonly connection: string;
  readonly subject: string;
  readonly purpose: StepUpPurpose;
  readonly state: StepUpState;
  readonly expiresAt: EpochMs;
  /** Of a passed step-up that was started for one, while it is good. */
  readonly receipt: Credential | null;
  /** Whether it is made once somebody takes it. */
  readonly receiptWaits: boolean;
  /** Of a passed one: when, how alive it looked, and what took part (RFC 8176). */
  readonly pass: StepUpRecord['pass'];
  /** Whether it was never offered to another device. */
  readonly stayedHere: boolean;
  /** What was to be approved. */
  readonly action: NamedAction | null;
}

/** What a step-up is about. */
export type StepUpRequested = {
  readonly subject: string;
  readonly purpose?: StepUpPurpose;
  /**
   * Whether whoever starts it has proved, or vouches, that this subject is there. `source`: where it was asked for; `null`
   * where the subject's own provider asks, so that failures are the subject's.
   */
  readonly asked?: { readonly proved: true } | { readonly proved: false; readonly source: string | null };
  /** The administrator who asked for it, for the audit trail. */
  readonly by?: string;
  /** An address of the application that gets the answer, where that is not the receipt's audience. */
  readonly application?: string | null;
  /** Where the page sends the browser at the end. */
  readonly returnUrl?: string | null;
  /** The secret of the one browser that may open the page; `null`: whichever. */
  readonly browser?: Credential | null;
  /** The sign-in whose hook may use the pass; `null`: none, so that the pass counts only for whoever started the step-up. */
  readonly hookSignIn: HookSignIn | null;
  /** Whether whoever gets the answer tells another way from a face; where absent, a face alone passes. */
  readonly takesAnotherWay?: boolean;
  /** A number that is read out to the person, who has to choose it before anything else. */
  readonly spoken?: DrawnChoices;
  /** Whose camera may be used; `null`: what the policy says. */
  readonly camera?: StepUpRecord['camera'] | null;
  /** Whether the browser that opens it has to use its own camera, whatever the policy says of hand-offs. */
  readonly staysHere?: boolean;
  /** Of somebody's own page: whether a new face may be enrolled there; where absent, it may. */
  readonly mayRenew?: boolean;
  /** What the person is asked to approve; they see it before the camera opens. A face alone approves, and nothing else comes of it. */
  readonly action?: NamedAction | null;
  /** How long it waits to be opened, in seconds, in place of the policy's time. */
  readonly lifeSec?: number;
} & (
  | {
      readonly connection: Connection;
      /** `null` takes the token in the subject's profile. */
      readonly kept: KeptToken | null;
      /** `null` makes none. */
      readonly receipt: ReceiptRequest | null;
    }
  | { readonly connection: null; readonly kept: KeptToken; readonly receipt: ReceiptRequest }
);

/** How long a step-up without a connection waits for its photos, in seconds. */
export const defaultTimeoutSec = 600;

/** Decisions against a person before the page gives up. */
const triesOnPage = 3;

/** Movement challenges of one step-up, with those whose pictures were of no use. */
const challengesOnPage = 12;

/** A step-up that has just been started. The challenge, after the id and a dot, is the ticket of the capture page. */
export interface StartedStepUp {
  readonly id: string;
  readonly challenge: Credential;
  readonly expiresAt: EpochMs;
}

/**
 * Opens a step-up for a subject. Nothing is looked up: one for an unknown or unenrolled subject looks the same. Nothing is
 * counted either: whoever lets strangers start one does that first.
 * @returns the id, public, and the challenge, which only the person in front of the camera may get
 * @throws FaceError `token_malformed`: what is kept is no token
 */
export async function startStepUp(requested: StepUpRequested, deps: CoreDeps): Promise<StartedStepUp> {
  const { connection, subject, kept, receipt, asked = { proved: true } } = requested;
  const source = asked.proved ? null : asked.source;
  // Its keeper is told now, as the person in front of the camera is not.
  if (kept !== null) deps.verifier.identify(kept.token);
  const id = Buffer.from(deps.random(16)).toString('base64url');
  const challenge = newSecret(deps);
  const lifeSec = requested.lifeSec ?? connection?.policy.stepUpTimeoutSec ?? defaultTimeoutSec;
  const expiresAt = addSec(deps.clock.now(), lifeSec);
  const { purpose = 'verify', browser = null, action = null } = requested;
  // An approval is no sign-in.
  const hookSignIn = action === null ? requested.hookSignIn : null;
  const record: StepUpRecord = {
    connection: connection === null ? kept.binding.tenant : connection.id,
    subject,
    purpose,
    proved: asked.proved,
    source: source ?? '',
    isSentByProvider: source === null,
    camera: requested.camera ?? connection?.policy.camera ?? 'any',
    staysHere: requested.staysHere ?? false,
    kept: kept === null ? null : { token: kept.token.use((text) => text), binding: kept.binding },
    application: hostOf(requested.application ?? receipt?.audience ?? ''),
    receiptFor: receipt,
    receipt: null,
    feedsHooks: hookSignIn !== null,
    hookSignIn,
    takesAnotherWay: action === null && (requested.takesAnotherWay ?? false),
    mayRenew: requested.mayRenew ?? true,
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
    consent: null,
    pass: null,
    taken: false,
    recoveryCodes: 'none',
    codesOf: null,
    triesLeft: triesOnPage,
    challengesLeft: challengesOnPage,
    looksLeft: looksOnPage,
    returnUrl: requested.returnUrl ?? null,
    expiresAt,
  };
  // Outsiders begin many, so it must not cost a wait for the disk: after a power cut they begin anew.
  await writeNew(id, record, { mayBeLost: !asked.proved }, deps);
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
    },
  });
  return { id, challenge, expiresAt };
}

/** What people know an application by; `null` where its address names no host. */
const hostOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).host || null : null);

/** Whether photos alone never do. */
const isChallenged = (policy: Policy | undefined): boolean =>
  policy !== undefined && policy.liveness !== 'off' && policy.liveness !== 'passive';

/**
 * Takes the photos of a step-up from whoever holds its challenge, and completes it. Pictures that cannot be used leave it
 * open for better ones; a decision closes it. To whoever sends them a wrong face, no liveness, an unenrolled or revoked
 * person are one decision.
 * @throws FaceError `step_up_unknown` (also for a wrong challenge), `step_up_finished`, `challenge_needed`,
 *   `secret_missing`, `locked_out`, `profile_unavailable`, and the codes of `Verifier` for pictures
 */
export async function submitPhotos(
  request: {
    readonly id: string;
    readonly challenge: Credential;
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
  },
  deps: StepUpDeps & { readonly keys: Keys },
): Promise<StepUpView> {
  const { id, challenge, photos, secret } = request;
  const found = await findStepUp(id, deps);
  const by = newAttempt(deps);
  const now = deps.clock.now();
  const record = await changeRecord(
    id,
    (latest) => {
      if (!isStored(challenge, latest.challengeDigest)) throw new FaceError('step_up_unknown');
      const captured = capture(latest, by, now);
      const policy = latest.kept === null ? found.connection?.policy : undefined;
      // Pictures alone show no movement, no phone, and no authenticator, and nobody was shown anything for them.
      const isPlain = latest.purpose === 'verify' && latest.spoken === null && latest.action === null;
      const needsPage = isChallenged(policy) || latest.camera === 'phone' || !isPlain;
      if (needsPage) throw new FaceError('challenge_needed');
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
      const shown = { photos, secret, methods: ['face'], judged: null } as const;
      const completed = await chargeUnusable(
        captured,
        (toRow) => completeVerification(captured, { ...shown, share: toRow() }, deps),
        deps,
      );
      await endAttempt(captured, completed, deps);
      return completed;
    },
    deps,
  );
  // Whoever sends photos shows nobody codes.
  return takeOutcome(toView(id, ended, deps.clock.now()), deps);
}

/**
 * How a step-up stands.
 * @throws FaceError `step_up_unknown`
 */
export async function readStepUp(id: string, deps: Pick<CoreDeps, 'state' | 'clock'>): Promise<StepUpView> {
  const { record } = await readRecord(id, deps);
  return toView(id, record, deps.clock.now());
}

/**
 * How a step-up ended, for the backend that started it: with its receipt, where that waited for the person.
 * @throws FaceError `step_up_unknown`
 */
export async function takeOutcome(view: StepUpView, deps: CoreDeps): Promise<StepUpView> {
  if (!view.receiptWaits) return view;
  return toView(view.id, await takeReceipt(view.id, deps), deps.clock.now());
}

/**
 * Takes the pass of a step-up, once, for whoever started it and answers for it elsewhere.
 * @throws FaceError `step_up_unknown`, `face_not_verified`: it did not pass; `step_up_finished`: taken already
 */
export async function takeStepUp(id: string, deps: Pick<CoreDeps, 'state' | 'clock'>): Promise<StepUpView> {
  const { record } = await readRecord(id, deps);
  if (record.state === 'passed') await checkNotEnded(record, deps);
  const taken = await changeRecord(id, take, deps);
  return toView(id, taken, deps.clock.now());
}

/** What may be told of a stored step-up. */
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
});
