import { z } from 'zod';
import { type Assurance, anonymousSourceIn, type Connection, type SubjectRef, vouched } from '../core/connection.js';
import { enrolmentProofs } from '../core/enrolment-proof.js';
import { anonymousShare, knownShare, type QueueShare } from '../core/fair-queue.js';
import { attemptScopes } from '../core/limits/attempts.js';
import { charge, checkNotExhausted, type LimitDeps, type LimitUse } from '../core/limits/limits.js';
import { movements } from '../core/movements.js';
import { namedAction, stepUpPurposes } from '../core/page-protocol.js';
import { type Accuracy, type AuthenticationMethod, authenticationMethods } from '../core/ports.js';
import { screenAxes, screenColours } from '../core/screen-light.js';
import type { TestOutcome } from '../core/test-outcomes.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { hookSignInGuard } from './passed-step-up.js';

const levelGuard = z.literal([1, 2, 3, 4, 5, 6, 7, 8]) satisfies z.ZodType<Accuracy>;

/** Browser that started a hand-off, as shown on the phone. */
const askingGuard = z.object({ browser: z.string().nullable(), system: z.string().nullable() });

export const referenceChecksOnPage = 12;

const coordinate = z.string().regex(/^[\w-]{43}$/);

/** Public key of the application, as JWK (RFC 7517), on P-256. */
export const contentKeyRecipient = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
});
export type ContentKeyRecipient = z.output<typeof contentKeyRecipient>;

export const recordGuard = z.object({
  /** Id of the connection, or the caller's tenant if the caller stores the token. */
  connection: z.string(),
  subject: z.string(),
  purpose: z.enum(stepUpPurposes),
  // These three are the stored form of `Assurance`.
  proved: z.boolean(),
  source: z.string(),
  isSentByProvider: z.boolean().default(false),
  /** What a failed face counts against. */
  countsAs: z.enum(attemptScopes).default('sign_in'),
  kept: z
    .object({
      token: z.string(),
      binding: z.object({
        tenant: z.string(),
        idp: z.string(),
        subject: z.string(),
        scope: z.string(),
        accuracy: levelGuard,
      }),
    })
    .nullable(),
  /** With `phone`, challenges from browsers that are not on a phone or tablet are refused. */
  camera: z.enum(['any', 'phone']).default('any'),
  /** True at a kiosk, a shared device that does not become a known device of the person. */
  atKiosk: z.boolean().default(false),
  /** True if the opening browser must use its own camera, without a hand-off. */
  staysHere: z.boolean().default(false),
  application: z.string().nullable().default(null),
  /** Ticket of the help desk for which a caller is verified. */
  reference: z.string().nullable().default(null),
  /** True if a client of the developers' sandbox started the step-up. */
  isSandbox: z.boolean().default(false),
  /** True if the connection has only test people. The receipt says so. */
  isTest: z.boolean().default(false),
  /** True if photos without a challenge may be copies of earlier ones. */
  acceptsCopies: z.boolean().default(false),
  receiptFor: z.object({ audience: z.string(), nonce: z.string().nullable() }).nullable(),
  receipt: z.object({ text: z.string(), expiresAt: epochMsGuard }).nullable(),
  /** Public key of the application that gets the content key of `kept` after a pass. `null` if it does not want it. */
  contentKeyTo: contentKeyRecipient.nullable().default(null),
  /** Content key of a pass, encrypted with that public key, until the application has read it. */
  contentKey: z.object({ jwe: z.string(), expiresAt: epochMsGuard }).nullable().default(null),
  /** True if a pass is recorded for the connection's hooks. Earlier versions stored this without `hookSignIn`. */
  feedsHooks: z.boolean(),
  hookSignIn: hookSignInGuard.nullable().default(null),
  /** Rule that asked for the check, whose settings replace those of the policy. */
  rule: z.string().nullable().default(null),
  /** True if the initiator can distinguish alternatives from a face check. */
  takesAnotherWay: z.boolean().default(false),
  /** Number that the help desk reads out and the person must choose first, or `null`. */
  spoken: z
    .object({ code: z.string(), choices: z.array(z.string()), choice: z.enum(['open', 'right', 'wrong']) })
    .nullable()
    .default(null),
  mayRenew: z.boolean().default(true),
  openedByFace: z.boolean().default(false),
  /** Time of the face check that opened the person's own page. `null` without one, and in records of earlier versions. */
  faceShownAt: epochMsGuard.nullable().default(null),
  /** What an enrolment in this step-up rests on, before any comparison. */
  proof: z.enum(enrolmentProofs).default('invitation'),
  action: z.nullable(namedAction).default(null),
  state: z.enum(['started', 'captured', 'passed', 'failed', 'abandoned']),
  startedAt: epochMsGuard,
  /** Running attempt, and when its reservation ends in case of a crash. `null` after a decision. */
  captured: z.object({ by: z.string(), until: epochMsGuard.nullable() }).nullable(),
  /** `null` after a browser has opened the step-up. */
  challengeDigest: z.string().nullable(),
  /** Digest of the secret of the one browser that may open the step-up, or `null` for any browser. */
  browserDigest: z.string().nullable(),
  sessionDigest: z.string().nullable(),
  handOff: z
    .object({
      ticketDigest: z.string().nullable(),
      sessionDigest: z.string().nullable(),
      code: z.string(),
      choices: z.array(z.string()).default([]),
      choice: z.enum(['open', 'right', 'wrong']).default('open'),
      /** `null` after the phone has chosen or the step-up has ended. */
      asking: askingGuard.nullable().default(null),
    })
    .nullable()
    // Hand-offs of an earlier version have no choices and must be started again.
    .transform((handOff) => (handOff?.choices.length === 0 ? null : handOff)),
  movement: z
    .object({
      nonceDigest: z.string(),
      asked: z.array(z.enum(movements)),
      lights: z
        .array(z.object({ axis: z.enum(screenAxes), first: z.enum(screenColours), second: z.enum(screenColours) }))
        .default([]),
      toldAt: epochMsGuard,
      frames: z.array(z.object({ digest: z.string(), afterMs: z.number() })),
      expiresAt: epochMsGuard,
    })
    .nullable(),
  /** Session of a vendor's liveness check that this step-up waits for. `session` is `null` while it is being opened. */
  vendorCheck: z
    .object({
      session: z.string().nullable(),
      nonceDigest: z.string(),
      expiresAt: epochMsGuard,
      countedAt: epochMsGuard.nullable().default(null),
    })
    .nullable()
    .default(null),
  /** True if the vendor's service failed, and the policy allows the own check instead. */
  isVendorReplaced: z.boolean().default(false),
  consent: z.object({ statement: z.string(), givenAt: epochMsGuard }).nullable(),
  triesLeft: z.int(),
  challengesLeft: z.int(),
  looksLeft: z.int().default(referenceChecksOnPage),
  pass: z
    .object({
      at: epochMsGuard,
      liveness: z.number().nullable(),
      /** Method of the liveness check. Missing in records of earlier versions. */
      presence: z.string().nullable().default(null),
      methods: z.array(z.enum(authenticationMethods)),
      accuracy: levelGuard.nullable().default(null),
      /** Proof of the shown face's enrolment. `null` if it is unknown, or if no face was shown. */
      enrolmentProof: z.enum(enrolmentProofs).nullable().default(null),
    })
    .nullable(),
  taken: z.boolean(),
  recoveryCodes: z.enum(['none', 'offered', 'made']).default('none'),
  /** Public id of the enrolled token to which the codes belong, or `null` if unknown. */
  codesOf: z.string().nullable().default(null),
  returnUrl: z.string().nullable(),
  expiresAt: epochMsGuard,
});

/** A stored step-up. It contains no picture or face data. */
export type StepUpRecord = z.infer<typeof recordGuard>;

/** `started → captured → passed | passed_another_way | failed | expired | abandoned` */
export type StepUpState = StepUpRecord['state'] | 'passed_another_way' | 'expired';

export const isByFace = ({ methods }: { readonly methods: readonly AuthenticationMethod[] }): boolean =>
  methods.includes('face');

export function stateAt({ state, captured, pass, triesLeft, expiresAt }: StepUpRecord, now: EpochMs): StepUpState {
  if (state === 'passed' && pass !== null && !isByFace(pass)) return 'passed_another_way';
  if (state !== 'started' && state !== 'captured') return state;
  const until = captured?.until ?? null;
  const isLeft = state === 'captured' && until !== null && until <= now;
  if (isLeft && triesLeft <= 0) return 'failed';
  if (expiresAt <= now) return 'expired';
  return isLeft ? 'started' : state;
}

export function checkStarted(record: StepUpRecord, now: EpochMs): void {
  if (stateAt(record, now) !== 'started') throw new FaceError('step_up_finished');
}

export const subjectOf = ({ connection, subject }: StepUpRecord): SubjectRef => ({ connection, subject });

/** What audit records of a step-up say about its initiator, and whether its person is a test person. */
export const toAskedBy = (record: StepUpRecord) => ({
  application: record.application ?? undefined,
  reference: record.reference ?? undefined,
  anonymous: anonymousSourceOf(record) === null ? undefined : (true as const),
  test: record.isTest ? (true as const) : undefined,
});

export const toStoredAssurance = (
  assurance: Assurance,
): Pick<StepUpRecord, 'proved' | 'source' | 'isSentByProvider'> => ({
  proved: assurance.kind === 'vouched',
  source: anonymousSourceIn(assurance) ?? '',
  isSentByProvider: assurance.kind !== 'anonymous',
});

export function assuranceOf({ proved, isSentByProvider, source }: StepUpRecord): Assurance {
  if (proved) return vouched;
  return isSentByProvider ? { kind: 'first_factor' } : { kind: 'anonymous', source };
}

/** Returns the address of an anonymous initiator, against which failures count, or `null`. */
export const anonymousSourceOf = (record: StepUpRecord): string | null => anonymousSourceIn(assuranceOf(record));

/**
 * Returns the queue share of the person. It is anonymous unless the person or their own provider started the step-up.
 */
export function shareOf(record: StepUpRecord): QueueShare {
  const anonymousSource = anonymousSourceOf(record);
  const { connection, subject } = record;
  return anonymousSource === null ? knownShare(`person:${connection}:${subject}`) : anonymousShare(anonymousSource);
}

/** Seconds to write down recovery codes before the receipt is issued. */
const mayWaitSec = 900;

const isWaitedFor = (pass: StepUpRecord['pass'], now: EpochMs): boolean =>
  pass !== null && now < addSec(pass.at, mayWaitSec);

/**
 * Returns true if recovery codes are offered, until the person continues. They are offered again after a reload or a
 * lost reply.
 */
export const areCodesOffered = ({ recoveryCodes, taken, receipt, pass }: StepUpRecord, now: EpochMs): boolean =>
  !taken && (recoveryCodes === 'offered' || (recoveryCodes === 'made' && receipt === null && isWaitedFor(pass, now)));

export const isReceiptWaiting = (
  { state, receiptFor, receipt, pass, recoveryCodes }: StepUpRecord,
  now: EpochMs,
): boolean =>
  state === 'passed' && recoveryCodes !== 'none' && receiptFor !== null && receipt === null && isWaitedFor(pass, now);

interface ChargedStepUp {
  readonly id: string;
  readonly record: StepUpRecord;
}

/** Returns the limits charged for unusable pictures. Pictures of anonymous callers are not charged to the person. */
function countsOf({ id, record }: ChargedStepUp): readonly LimitUse[] {
  const anonymousSource = anonymousSourceOf(record);
  if (anonymousSource !== null)
    return [
      ['unusableOfSource', anonymousSource],
      ['unusableOfStepUp', id],
    ];
  const { connection, subject } = subjectOf(record);
  return [subject === '' ? ['unusableOfStepUp', id] : ['unusableOfPerson', JSON.stringify([connection, subject])]];
}

/**
 * Runs work, and charges the engine time spent on unusable pictures.
 * @param work - receives a function that creates the queue share of one group of pictures
 * @throws `locked_out` before `work` if a limit is exhausted; `state_unavailable`, and what `work` throws
 */
export async function chargeUnusable<Result>(
  stepUp: ChargedStepUp,
  work: (toRow: () => QueueShare) => Promise<Result>,
  deps: LimitDeps,
): Promise<Result> {
  const counts = countsOf(stepUp);
  await checkNotExhausted(counts, deps);
  const charged: Promise<void>[] = [];
  const toRow = (): QueueShare => {
    let first: FaceError | null = null;
    const row = {
      get refusal() {
        return first;
      },
      onRefused(error: FaceError, tookMs: number) {
        first ??= error;
        // A slow machine is not the person's fault. An anonymous caller has caused its work.
        if (error.code === 'overloaded' && anonymousSourceOf(stepUp.record) === null) return;
        const counting = charge(counts, tookMs, deps);
        // Prevents an unhandled rejection: a picture may be refused after the work has failed. Awaited below.
        counting.catch(() => {});
        charged.push(counting);
      },
    };
    return { ...shareOf(stepUp.record), row };
  };
  try {
    return await work(toRow);
  } finally {
    // The charges are awaited, so that the caller's next request finds them.
    await Promise.all(charged);
  }
}

/** Seconds that the page shows for the test person who is locked out. */
export const testLockoutSec = 900;

/**
 * Returns how the check of a test person ends. `null` for everyone else: connection and step-up must both be of test
 * people, so that a reconfiguration meanwhile makes no real person pass. A token that the caller stores is checked by a face.
 */
export function testOutcomeIn(
  { isTest, kept, purpose, subject }: StepUpRecord,
  connection: Connection | null,
): TestOutcome | null {
  if (!isTest || kept !== null || purpose !== 'verify') return null;
  return connection?.testOutcomeOf?.(subject) ?? null;
}
