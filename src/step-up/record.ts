import { z } from 'zod';
import { type Assurance, anonymousSourceIn, type Connection, type SubjectRef } from '../core/connection.js';
import { enrolmentDocumentGuard, enrolmentProofs } from '../core/enrolment-proof.js';
import { anonymousShare, knownShare, type QueueShare } from '../core/fair-queue.js';
import { charge, checkNotExhausted, type LimitDeps, type LimitUse } from '../core/limits/limits.js';
import { movements } from '../core/movements.js';
import { namedAction, stepUpPurposes } from '../core/page-protocol.js';
import { type Accuracy, type AuthenticationMethod, authenticationMethods } from '../core/ports.js';
import { screenAxes, screenColours } from '../core/screen-light.js';
import type { TestOutcome } from '../core/test-outcomes.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { namedBrowser } from '../core/user-agent.js';
import { FaceError } from '../errors.js';
import { type FlowTerms, storedFlow } from './flow.js';
import { isOfHeldToken, requestOf } from './request-flow.js';

export const referenceChecksOnPage = 12;

const choiceGuard = z.enum(['open', 'right', 'wrong']);

const assuranceGuard = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal(['vouched', 'first_factor']) }),
  z.object({ kind: z.literal('anonymous'), source: z.string() }),
]) satisfies z.ZodType<Assurance>;

const movementGuard = z.object({
  kind: z.literal('movement'),
  nonceDigest: z.string(),
  asked: z.array(z.enum(movements)),
  lights: z.array(z.object({ axis: z.enum(screenAxes), first: z.enum(screenColours), second: z.enum(screenColours) })),
  toldAt: epochMsGuard,
  frames: z.array(
    z.object({
      digest: z.string(),
      afterMs: z.number(),
      /** Number of looks before this picture. Challenges of earlier versions had none. */
      looks: z.int().default(0),
      /** Looks that were drawn to be sent, and their places among all looks of the challenge. */
      opened: z.array(z.object({ digest: z.string(), at: z.int() })).default([]),
    }),
  ),
  expiresAt: epochMsGuard,
});

/** Session of a vendor's liveness check. `session` is `null` while it is being opened. */
const vendorGuard = z.object({
  kind: z.literal('vendor'),
  session: z.string().nullable(),
  nonceDigest: z.string(),
  expiresAt: epochMsGuard,
  countedAt: epochMsGuard.nullable(),
});

export type MovementRecord = z.output<typeof movementGuard>;
export type VendorCheckRecord = z.output<typeof vendorGuard>;

/** What every check has, whatever it is for. */
const checkGuard = z.object({
  /** Id of the connection, or the caller's tenant if the caller stores the token. */
  connection: z.string(),
  subject: z.string(),
  /** What the page does. A sign-in or the person's own page becomes an enrolment if the person enrols there. */
  purpose: z.enum(stepUpPurposes),
  assurance: assuranceGuard,
  /** Host of the application that the person returns to. */
  application: z.string().nullable(),
  /** Action to show before the camera opens. Only a face can approve it. */
  action: z.nullable(namedAction),
  /** Rule that asked for the check, whose settings replace those of the policy. */
  rule: z.string().nullable(),
  /** Number that the help desk reads out and the person must choose first. */
  spoken: z.object({ code: z.string(), choices: z.array(z.string()), choice: choiceGuard }).nullable(),
  /** True if the connection has only test people. The receipt says so. */
  isTest: z.boolean(),
  state: z.enum(['started', 'captured', 'passed', 'failed', 'abandoned']),
  startedAt: epochMsGuard,
  expiresAt: epochMsGuard,
  /** Running attempt, and when its reservation ends in case of a crash. `null` after a decision. */
  captured: z.object({ by: z.string(), until: epochMsGuard.nullable() }).nullable(),
  digests: z.object({
    /** `null` after a browser has opened the step-up. */
    challenge: z.string().nullable(),
    /** Secret of the one browser that may open the step-up, or `null` for any browser. */
    browser: z.string().nullable(),
    session: z.string().nullable(),
  }),
  handOff: z
    .object({
      ticketDigest: z.string().nullable(),
      sessionDigest: z.string().nullable(),
      code: z.string(),
      choices: z.array(z.string()),
      choice: choiceGuard,
      /** Browser that started the hand-off. `null` after the phone has chosen or the step-up has ended. */
      asking: namedBrowser.nullable(),
    })
    .nullable(),
  /** Running liveness challenge. */
  challenge: z.discriminatedUnion('kind', [movementGuard, vendorGuard]).nullable(),
  /** True if the vendor's service failed, and the policy allows the own check instead. */
  isVendorReplaced: z.boolean(),
  /** True if the last challenge was a glance. */
  isGlance: z.boolean().default(false),
  consent: z.object({ statement: z.string(), givenAt: epochMsGuard }).nullable(),
  left: z.object({ tries: z.int(), challenges: z.int(), looks: z.int() }),
  pass: z
    .object({
      at: epochMsGuard,
      liveness: z.number().nullable(),
      /** Method of the liveness check. */
      presence: z.string().nullable(),
      methods: z.array(z.enum(authenticationMethods)),
      accuracy: z.literal([1, 2, 3, 4, 5, 6, 7, 8]) satisfies z.ZodType<Accuracy>,
      /** Proof of the shown face's enrolment. `null` if it is unknown, or if no face was shown. */
      enrolmentProof: z.enum(enrolmentProofs).nullable(),
      enrolmentDocument: enrolmentDocumentGuard.nullable().default(null),
      /** True after the initiator has consumed the pass. */
      isTaken: z.boolean(),
    })
    .nullable(),
  /** Recovery codes after an enrolment, with the public id of the enrolled token if it is known. */
  codes: z.object({ state: z.enum(['offered', 'made']), of: z.string().nullable() }).nullable(),
  /** True if the person had unused recovery codes when the page opened. Earlier versions did not record it. */
  hasRecoveryCodes: z.boolean().default(true),
  /** True if a rule asked for the person's passkey when the page opened, and there was one. */
  hasPasskey: z.boolean().default(false),
  returnUrl: z.string().nullable(),
});

export type Check = z.output<typeof checkGuard>;

export const recordGuard = checkGuard.extend({ flow: storedFlow });

/** A stored step-up. It contains no picture or face data. */
export type StepUpRecord = z.infer<typeof recordGuard>;

/** A step-up with what its flow asks of the check. */
export interface Termed {
  readonly record: StepUpRecord;
  readonly terms: FlowTerms;
}

/** `started → captured → passed | passed_another_way | failed | expired | abandoned` */
export type StepUpState = StepUpRecord['state'] | 'passed_another_way' | 'expired';

export const isByFace = ({ methods }: { readonly methods: readonly AuthenticationMethod[] }): boolean =>
  methods.includes('face');

export function stateAt({ state, captured, pass, left, expiresAt }: StepUpRecord, now: EpochMs): StepUpState {
  if (state === 'passed' && pass !== null && !isByFace(pass)) return 'passed_another_way';
  if (state !== 'started' && state !== 'captured') return state;
  const until = captured?.until ?? null;
  const isLeft = state === 'captured' && until !== null && until <= now;
  if (isLeft && left.tries <= 0) return 'failed';
  if (expiresAt <= now) return 'expired';
  return isLeft ? 'started' : state;
}

export function checkStarted(record: StepUpRecord, now: EpochMs): void {
  if (stateAt(record, now) !== 'started') throw new FaceError('step_up_finished');
}

export const subjectOf = ({ connection, subject }: StepUpRecord): SubjectRef => ({ connection, subject });

/** What audit records of a step-up say about its initiator, and whether its person is a test person. */
export const toAskedBy = ({ record, terms }: Termed) => ({
  application: record.application ?? undefined,
  reference: terms.reference ?? undefined,
  anonymous: anonymousSourceOf(record) === null ? undefined : (true as const),
  test: record.isTest ? (true as const) : undefined,
});

/** Returns the address of an anonymous initiator, against which failures count, or `null`. */
export const anonymousSourceOf = ({ assurance }: Pick<Check, 'assurance'>): string | null =>
  anonymousSourceIn(assurance);

/**
 * Returns the queue share of the person. It is anonymous unless the person or their own provider started the step-up.
 */
export function shareOf(record: Pick<Check, 'connection' | 'subject' | 'assurance'>): QueueShare {
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
export const areCodesOffered = (record: StepUpRecord, now: EpochMs): boolean => {
  const { codes, pass } = record;
  if (codes === null || pass?.isTaken === true) return false;
  return codes.state === 'offered' || ((requestOf(record)?.receipt?.issued ?? null) === null && isWaitedFor(pass, now));
};

export function isReceiptWaiting(record: StepUpRecord, now: EpochMs): boolean {
  const { state, codes, pass } = record;
  const receipt = requestOf(record)?.receipt ?? null;
  return state === 'passed' && codes !== null && receipt?.issued === null && isWaitedFor(pass, now);
}

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
 * @param work - receives a function that creates the queue share of one group of pictures: once one of them is refused,
 * the rest of the group is not decoded
 * @throws `locked_out` before `work` if a limit is exhausted; `state_unavailable`, and what `work` throws
 */
export async function chargeUnusable<Result>(
  stepUp: ChargedStepUp,
  work: (newShare: () => QueueShare) => Promise<Result>,
  deps: LimitDeps,
): Promise<Result> {
  const counts = countsOf(stepUp);
  await checkNotExhausted(counts, deps);
  const charged: Promise<void>[] = [];
  const newShare = (): QueueShare => {
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
    return await work(newShare);
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
export function testOutcomeIn(record: StepUpRecord, connection: Connection | null): TestOutcome | null {
  if (!record.isTest || isOfHeldToken(record) || record.purpose !== 'verify') return null;
  return connection?.testOutcomeOf?.(record.subject) ?? null;
}
