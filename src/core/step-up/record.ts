import { z } from 'zod';
import { FaceError } from '../../errors.js';
import type { SubjectRef } from '../connection.js';
import { movements } from '../movements.js';
import { type Accuracy, type AuthenticationMethod, authenticationMethods } from '../ports.js';
import { anonymousShare, knownShare, type QueueShare } from '../queue-share.js';
import { screenAxes, screenColours } from '../screen-light.js';
import { addSec, type EpochMs, epochMsGuard } from '../units.js';
import { namedAction, stepUpPurposes } from './page-protocol.js';
import { hookSignInGuard } from './passed-step-up.js';

const levelGuard = z.literal([1, 2, 3, 4, 5, 6, 7, 8]) satisfies z.ZodType<Accuracy>;

const askingGuard = z.object({
  browser: z.string().nullable(),
  system: z.string().nullable(),
  network: z.string().nullable(),
});

/** The browser that asks a phone for its camera, as the person there is told of it; each `null` where it is not known. */
export type AskingBrowser = Readonly<z.infer<typeof askingGuard>>;

/** Photos of an identity document that are looked at by themselves, in one step-up. */
export const looksOnPage = 12;

/** As it stands in the store. */
export const recordGuard = z.object({
  /** A connection's id; for a kept token without one, its tenant. */
  connection: z.string(),
  subject: z.string(),
  purpose: z.enum(stepUpPurposes),
  /** Whether whoever started it had proved that this subject is there: by a password, or by their word as a backend. */
  proved: z.boolean(),
  /** Where an outsider asked for it. */
  source: z.string(),
  /** Whether the subject's own provider asked for it, after a first factor: then nobody is an outsider. */
  isSentByProvider: z.boolean().default(false),
  /** The kept token, until the step-up ends. */
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
  /** Whose camera may be used; a challenge for any other browser is refused. */
  camera: z.enum(['any', 'phone']).default('any'),
  /** Whether the browser that opens it has to show the camera itself: no phone may lend one. */
  staysHere: z.boolean().default(false),
  /** The host of the application that asked; `null` where that is not known. */
  application: z.string().nullable().default(null),
  receiptFor: z.object({ audience: z.string(), nonce: z.string().nullable() }).nullable(),
  receipt: z.object({ text: z.string(), expiresAt: epochMsGuard }).nullable(),
  /** Whether a pass is noted for the connection's hooks. Earlier versions read it alone. */
  feedsHooks: z.boolean(),
  /** The sign-in whose hook may use the pass. */
  hookSignIn: hookSignInGuard.nullable().default(null),
  /** Whether whoever asked tells another way from a face. */
  takesAnotherWay: z.boolean().default(false),
  /** What the help desk reads out to the person, who has to choose it before anything else; `null`: nothing. */
  spoken: z
    .object({ code: z.string(), choices: z.array(z.string()), choice: z.enum(['open', 'right', 'wrong']) })
    .nullable()
    .default(null),
  /** Of somebody's own page: whether a new face may be enrolled there in place of the one that is held. */
  mayRenew: z.boolean().default(true),
  /** What the person is asked to approve, as they are shown it; `null`: nothing. */
  action: z.nullable(namedAction).default(null),
  state: z.enum(['started', 'captured', 'passed', 'failed', 'abandoned']),
  startedAt: epochMsGuard,
  /**
   * The attempt that is judged now, and until when nobody else may try: a process that died leaves no decision. `null`
   * once it is decided.
   */
  captured: z.object({ by: z.string(), until: epochMsGuard.nullable() }).nullable(),
  /** Of what a link or a device holds; `null` once a browser has opened it. */
  challengeDigest: z.string().nullable(),
  /** Of the one browser that may open it; `null`: whichever. */
  browserDigest: z.string().nullable(),
  sessionDigest: z.string().nullable(),
  handOff: z
    .object({
      ticketDigest: z.string().nullable(),
      sessionDigest: z.string().nullable(),
      /** The one of `choices` that the first browser shows. */
      code: z.string(),
      choices: z.array(z.string()).default([]),
      choice: z.enum(['open', 'right', 'wrong']).default('open'),
      /** Until the phone has chosen, or the step-up has ended. */
      asking: askingGuard.nullable().default(null),
    })
    .nullable()
    // One that an earlier version began offers nothing to choose: it has to be begun anew.
    .transform((handOff) => (handOff?.choices.length === 0 ? null : handOff)),
  movement: z
    .object({
      nonceDigest: z.string(),
      asked: z.array(z.enum(movements)),
      /** One for each movement, or none: then it is of movements alone. */
      lights: z
        .array(z.object({ axis: z.enum(screenAxes), first: z.enum(screenColours), second: z.enum(screenColours) }))
        .default([]),
      /** When the newest movement was told. */
      toldAt: epochMsGuard,
      frames: z.array(z.object({ digest: z.string(), afterMs: z.number() })),
      expiresAt: epochMsGuard,
    })
    .nullable(),
  consent: z.object({ statement: z.string(), givenAt: epochMsGuard }).nullable(),
  triesLeft: z.int(),
  challengesLeft: z.int(),
  /** Photos of an identity document that may still be looked at by themselves. */
  looksLeft: z.int().default(looksOnPage),
  pass: z
    .object({
      at: epochMsGuard,
      liveness: z.number().nullable(),
      /** Which judgement of presence it was, with its version. Earlier versions did not tell. */
      presence: z.string().nullable().default(null),
      methods: z.array(z.enum(authenticationMethods)),
      /** The level that was demanded. Earlier versions did not keep it. */
      accuracy: levelGuard.nullable().default(null),
    })
    .nullable(),
  taken: z.boolean(),
  /** Whether the person may have new recovery codes; see `areCodesOffered`. */
  recoveryCodes: z.enum(['none', 'offered', 'made']).default('none'),
  /** Public id of the token of the enrolment they are offered for; `null` where that is not known. */
  codesOf: z.string().nullable().default(null),
  returnUrl: z.string().nullable(),
  expiresAt: epochMsGuard,
});

/** A step-up as it is stored. It holds no picture and nothing made of one. */
export type StepUpRecord = z.infer<typeof recordGuard>;

/** `started → captured → passed | passed_another_way | failed | expired | abandoned` */
export type StepUpState = StepUpRecord['state'] | 'passed_another_way' | 'expired';

/** Whether a face took part: a code in its place is no face check, whatever it was taken for. */
export const isByFace = ({ methods }: { readonly methods: readonly AuthenticationMethod[] }): boolean =>
  methods.includes('face');

/** How it stands now. */
export function stateAt({ state, captured, pass, triesLeft, expiresAt }: StepUpRecord, now: EpochMs): StepUpState {
  if (state === 'passed' && pass !== null && !isByFace(pass)) return 'passed_another_way';
  if (state !== 'started' && state !== 'captured') return state;
  const until = captured?.until ?? null;
  const isLeft = state === 'captured' && until !== null && until <= now;
  if (isLeft && triesLeft <= 0) return 'failed';
  if (expiresAt <= now) return 'expired';
  return isLeft ? 'started' : state;
}

/** @throws FaceError `step_up_finished` */
export function checkStarted(record: StepUpRecord, now: EpochMs): void {
  if (stateAt(record, now) !== 'started') throw new FaceError('step_up_finished');
}

/** Whom it is about, as records name them. */
export const whoOf = ({ connection, subject }: StepUpRecord): SubjectRef => ({ connection, subject });

/** Where an outsider asked for it; `null` where the person, or their own provider, did: then failures are theirs. */
export const outsiderOf = ({ proved, isSentByProvider, source }: StepUpRecord): string | null =>
  proved || isSentByProvider ? null : source;

/** Returns the share of the person in front of the camera: anonymous unless they, or their own provider, asked for the step-up. */
export function shareOf(record: StepUpRecord): QueueShare {
  const outsider = outsiderOf(record);
  const { connection, subject } = record;
  return outsider === null ? knownShare(`person:${connection}:${subject}`) : anonymousShare(outsider);
}

/** For so long after a pass recovery codes may be written down, and its receipt may wait for that. */
const mayWaitSec = 900;

const isWaitedFor = (pass: StepUpRecord['pass'], now: EpochMs): boolean =>
  pass !== null && now < addSec(pass.at, mayWaitSec);

/**
 * Whether new recovery codes may be made: also where some were, until the person goes on. Phones throw away a page that
 * somebody leaves to note codes elsewhere, and an answer may be lost.
 */
export const areCodesOffered = ({ recoveryCodes, taken, receipt, pass }: StepUpRecord, now: EpochMs): boolean =>
  !taken && (recoveryCodes === 'offered' || (recoveryCodes === 'made' && receipt === null && isWaitedFor(pass, now)));

/** Whether the receipt of a passed step-up is still to be made, once somebody takes it. */
export const isReceiptWaiting = (
  { state, receiptFor, receipt, pass, recoveryCodes }: StepUpRecord,
  now: EpochMs,
): boolean =>
  state === 'passed' && recoveryCodes !== 'none' && receiptFor !== null && receipt === null && isWaitedFor(pass, now);
