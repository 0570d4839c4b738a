import { createHmac } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { z } from 'zod';
import { type FaceReceiptClaims, ReceiptError } from '../../client/receipt-claims.js';
import { createReceiptVerifier } from '../../client/receipt-verifier.js';
import { parseEvent } from '../../src/connections/hook.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Ports } from '../../src/core/deps.js';
import { addSec, toEpochSec } from '../../src/core/units.js';
import { FaceError, type FaceErrorCode } from '../../src/errors.js';
import { isOfPasswordless, requestLifeSec, signStepUpRequest, toReceiptAudience, verifyCaller } from './caller.js';
import {
  faceChallenge,
  faceOnly,
  type NextStep,
  refuseCreate,
  refuseDefine,
  refusePreToken,
  refuseVerify,
  type TriggerReply,
  toCreateReply,
  toDefineReply,
  toPreTokenReply,
  toVerifyReply,
} from './reply.js';
import {
  type ChallengeResult,
  callerGuard,
  createGuard,
  defineGuard,
  type Person,
  preTokenGuard,
  verifyGuard,
} from './schema.js';
import type { TriggerSettings } from './trigger-settings.js';

export interface TriggerDeps extends Ports<'clock' | 'random' | 'log'> {
  readonly settings: TriggerSettings;
}

export interface Trigger {
  handle(event: Uint8Array): Promise<TriggerReply>;
  refuse(code: FaceErrorCode): TriggerReply;
}

export type TriggerName =
  | 'define-auth-challenge'
  | 'create-auth-challenge'
  | 'verify-auth-challenge'
  | 'pre-token-generation';

const FACE_TRIES = 3;

/** Returns true if a sign-in may begin with the face. Not in shadow mode, which would issue tokens without any factor. */
const acceptsPasswordless = ({ passwordless, mode }: Pick<TriggerSettings, 'passwordless' | 'mode'>): boolean =>
  passwordless && mode === 'enforce';

export function createCognitoTriggers(deps: TriggerDeps): Readonly<Record<TriggerName, Trigger>> {
  const verifyReceipt = createVerifyReceipt(deps);
  // An event of another caller is refused as such, before the other fields are parsed.
  const trusted = callerGuard.transform((event): unknown => {
    verifyCaller(event, deps.settings);
    return event;
  });
  const guarded =
    <Event>(guard: z.ZodType<Event>, handle: (event: Event) => Promise<TriggerReply>): Trigger['handle'] =>
    async (body) =>
      handle(parseEvent(trusted.pipe(guard), body));
  return {
    'define-auth-challenge': {
      handle: guarded(defineGuard, (event) => handleDefine(event, deps)),
      refuse: refuseDefine,
    },
    'create-auth-challenge': {
      handle: guarded(createGuard, (event) => handleCreate(event, deps)),
      refuse: refuseCreate,
    },
    'verify-auth-challenge': {
      handle: guarded(verifyGuard, (event) => handleVerify(event, verifyReceipt, deps)),
      refuse: refuseVerify,
    },
    'pre-token-generation': {
      handle: guarded(preTokenGuard, (event) => handlePreToken(event, verifyReceipt, deps)),
      refuse: refusePreToken(deps.settings.attribute),
    },
  };
}

async function handleDefine(
  { session, person, clientId }: z.output<typeof defineGuard>,
  deps: TriggerDeps,
): Promise<TriggerReply> {
  const { settings } = deps;
  const { sub } = person;
  const isPasswordOptional = acceptsPasswordless(settings);
  const step = nextStep(session, person, isPasswordOptional);
  const began = session.find(({ challengeName }) => passwordNames.includes(challengeName))?.challengeName;
  const hook = 'define-auth-challenge';
  if (step === 'fail' && !isPasswordOptional && began !== 'SRP_A' && began !== 'ADMIN_NO_SRP_AUTH') {
    deps.log.warn('a sign-in without SRP was refused', {
      connection: settings.connection,
      began: session[0]?.challengeName ?? null,
      remedy: settings.passwordless
        ? 'Sign-ins without a password need FACESTEP_MODE enforce.'
        : 'Start it with AuthFlow CUSTOM_AUTH and CHALLENGE_NAME SRP_A (Amplify: authFlowType CUSTOM_WITH_SRP).',
    });
  } else if (
    step === 'fail' &&
    began !== undefined &&
    sub !== null &&
    session.at(-1)?.challengeName === 'CUSTOM_CHALLENGE'
  ) {
    // Without a password, anyone can cause refusals, so these are not logged.
    const denied = { outcome: 'unverified', fallback: 'deny', reason: 'no_check' };
    logDecision(denied, { hook, subject: sub, of: [clientId, 'deny'] }, deps);
  }
  if (step !== 'face' || settings.mode === 'enforce') return toDefineReply(step);
  if (sub === null) return toDefineReply('fail');
  const allowed = { outcome: 'unverified', fallback: 'pass', wouldHave: 'deny', reason: 'no_check' };
  logDecision(allowed, { hook, subject: sub, of: [clientId, 'pass'] }, deps);
  return toDefineReply('tokens');
}

/**
 * Logs a decision about a user who passed the first factor, or a verified face. The server reads these lines
 * (decisions.ts). A right answer is logged by the verify trigger, and the other decisions by the define trigger.
 * @param about.of - values that are equal in repeated calls, because Cognito calls a trigger up to three times
 */
function logDecision(
  decision: JsonObject,
  { hook, subject, of }: { readonly hook: TriggerName; readonly subject: string; readonly of: readonly string[] },
  { settings: { connection, mode, requestSecret }, log }: TriggerDeps,
): void {
  const id = requestSecret.use((secret) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['decision', hook, subject, ...of]))
      .digest('base64url'),
  );
  log.info('decision', { id, connection, subject, mode, hook, ...decision });
}

const passwordNames = ['SRP_A', 'PASSWORD_VERIFIER', 'ADMIN_NO_SRP_AUTH'];

const passedPassword = (session: readonly ChallengeResult[]): boolean =>
  session.some(
    ({ challengeName, challengeResult }) =>
      challengeResult === true && ['PASSWORD_VERIFIER', 'ADMIN_NO_SRP_AUTH'].includes(challengeName),
  );

/** Returns true if all face challenges are of one kind and within the limit, and no answer before the last was right. */
const mayAnswerLast = (faces: readonly ChallengeResult[], kind: string): boolean =>
  faces.length <= FACE_TRIES &&
  faces.every(({ challengeMetadata }) => challengeMetadata === kind) &&
  faces.slice(0, -1).every(({ challengeResult }) => challengeResult === false);

/**
 * Returns the next step of a sign-in. Tokens require the password and a correct answer to the last face challenge. Only
 * the capture page looks up whether the person is enrolled.
 * @param session - earlier challenges, stored by Cognito; the client cannot change them
 * @param isPasswordOptional - true if a sign-in of face challenges only needs no password
 */
export function nextStep(
  session: readonly ChallengeResult[],
  { sub }: Pick<Person, 'sub'>,
  isPasswordOptional: boolean,
): NextStep {
  const isFace = ({ challengeName }: ChallengeResult): boolean => challengeName === 'CUSTOM_CHALLENGE';
  const faces = session.filter(isFace);
  if (session.some((entry) => !isFace(entry) && entry.challengeResult === false)) return 'fail';

  const firstFace = session.findIndex(isFace);
  const before = firstFace < 0 ? session : session.slice(0, firstFace);
  const steps = before.filter(({ challengeName }) => passwordNames.includes(challengeName));
  const isRepeated = session.filter(({ challengeName }) => passwordNames.includes(challengeName)).length > steps.length;
  if (isRepeated || !steps.every(({ challengeResult }) => challengeResult === true)) return 'fail';
  const password = steps.map(({ challengeName }) => challengeName).join();
  // A sign-in that does not begin with SRP never asks for the password.
  if (password === 'SRP_A' && faces.length === 0) return 'password';
  // With ADMIN_NO_SRP_AUTH, a backend sends the plain password.
  const isPasswordless = isPasswordOptional && session.every(isFace);
  if (!isPasswordless && password !== 'SRP_A,PASSWORD_VERIFIER' && password !== 'ADMIN_NO_SRP_AUTH') return 'fail';

  if (!mayAnswerLast(faces, isPasswordless ? faceOnly : faceChallenge)) return 'fail';
  if (faces.at(-1)?.challengeResult === true) return sub === null ? 'fail' : 'tokens';
  return faces.length < FACE_TRIES ? 'face' : 'fail';
}

async function handleCreate(
  { session, person, clientId }: z.output<typeof createGuard>,
  { settings, clock, random }: TriggerDeps,
): Promise<TriggerReply> {
  const { issuer, connection } = settings;
  const isPasswordless = !passedPassword(session);
  // The define trigger may be deployed with other settings.
  if (isPasswordless && !acceptsPasswordless(settings))
    throw new FaceError('caller_untrusted', { session: 'password' });
  const nonce = Buffer.from(random(32)).toString('base64url');
  const now = clock.now();
  const subject = toSubject(person, settings);
  const request = await signStepUpRequest({ subject, clientId, nonce, isPasswordless, now }, settings);
  const challenge = {
    nonce,
    request,
    connection,
    startUrl: `${issuer}/face#requested.${connection}.${request}`,
    exp: String(toEpochSec(addSec(now, requestLifeSec))),
  };
  return toCreateReply(challenge, isPasswordless);
}

/**
 * Returns the user's `sub`, or an invented id for an unknown user. It computes both, so that timing does not reveal
 * unknown users.
 */
function toSubject({ userName, sub }: Person, { requestSecret, userPoolId }: TriggerSettings): string {
  const digest = requestSecret.use((secret) =>
    createHmac('sha256', secret).update(`unknown user\0${userPoolId}\0${userName}`).digest('hex'),
  );
  const variant = '89ab'[Number.parseInt(digest.charAt(16), 16) % 4];
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `4${digest.slice(13, 16)}`];
  const pretended = [...parts, `${variant}${digest.slice(17, 20)}`, digest.slice(20, 32)].join('-');
  return sub ?? pretended;
}

interface ExpectedReceipt {
  readonly clientId: string;
  readonly isPasswordless: boolean;
  readonly subject: string;
  readonly nonce?: string;
}

/** Returns the claims of a receipt; `null` if it is not valid. */
type VerifyReceipt = (receipt: string, expected: ExpectedReceipt) => Promise<FaceReceiptClaims | null>;

function createVerifyReceipt({ settings, clock, log }: TriggerDeps): VerifyReceipt {
  const { issuer, userPoolId, clientIds, receiptKeys, connection } = settings;
  const kinds = acceptsPasswordless(settings) ? [false, true] : [false];
  const audiences = clientIds.flatMap((clientId) =>
    kinds.map((isPasswordless) => toReceiptAudience({ userPoolId, clientId, isPasswordless })),
  );
  const verifiers = new Map(
    audiences.map(
      (audience) => [audience, createReceiptVerifier({ issuer, audience, keys: receiptKeys, clock })] as const,
    ),
  );
  return async (receipt, { clientId, isPasswordless, ...expected }) => {
    const audience = toReceiptAudience({ userPoolId, clientId, isPasswordless });
    try {
      // The caller that starts a step-up chooses the audience of its receipt, so the receipt's connection is verified
      // too.
      return (await verifiers.get(audience)?.verify(receipt, { connection, ...expected })) ?? null;
    } catch (error) {
      // Without a password, anyone could fill the log.
      const reason = error instanceof ReceiptError ? error.code : 'internal';
      if (!isPasswordless) log.warn('receipt refused', { connection, reason });
      return null;
    }
  };
}

/** This trigger keeps no state, because Cognito may call it up to three times for one answer. */
async function handleVerify(
  { person, clientId, nonce, isPasswordless, answer, receipt }: z.output<typeof verifyGuard>,
  verifyReceipt: VerifyReceipt,
  deps: TriggerDeps,
): Promise<TriggerReply> {
  const { sub } = person;
  // Without the same receipt, the pre-token trigger would not mark the tokens: it cannot see the challenges.
  if (isPasswordless && receipt !== answer) return toVerifyReply(false);
  const expected = { clientId, nonce, subject: sub ?? person.userName };
  const claims = await verifyReceipt(answer, { isPasswordless, ...expected });
  if (claims === null || sub === null) return toVerifyReply(false);
  const { auth_time: at, txn: stepUpId, liveness } = claims;
  const verified = { outcome: 'verified', at, stepUpId, liveness };
  logDecision(verified, { hook: 'verify-auth-challenge', subject: sub, of: [nonce] }, deps);
  return toVerifyReply(true);
}

/** Returns true if a receipt, which is not verified yet, is of a sign-in without a password. */
function namesPasswordless(receipt: string): boolean {
  try {
    return isOfPasswordless(String(decodeJwt(receipt).aud));
  } catch {
    return false;
  }
}

/** Trigger sources that accept a receipt. The second is a sign-in with a temporary password. */
const signIns = [
  'TokenGeneration_Authentication',
  'TokenGeneration_NewPasswordChallenge',
  'TokenGeneration_AuthenticateDevice',
];

async function handlePreToken(
  { clientId, triggerSource, sub, receipt, hasAccessToken }: z.output<typeof preTokenGuard>,
  verifyReceipt: VerifyReceipt,
  { settings: { attribute } }: TriggerDeps,
): Promise<TriggerReply> {
  const isSignIn = signIns.includes(triggerSource);
  // The client controls this metadata, so only a receipt of this user and app client is accepted.
  const claims =
    isSignIn && sub !== null && receipt !== null
      ? await verifyReceipt(receipt, { clientId, isPasswordless: namesPasswordless(receipt), subject: sub })
      : null;
  return toPreTokenReply(claims, { hasAccessToken, attribute });
}
