import * as z from 'zod/mini';
import { type Action, actionGuard, isSameAction } from './action.js';

/*
 * Claims of a receipt and their checks. Signatures are verified elsewhere. Both the receipt verifier and the server use
 * this module.
 */

export const receiptErrorText = {
  malformed: 'This is not a receipt of a face check.',
  signature: 'The receipt is not signed by a key of the issuer.',
  issuer: 'The receipt is from another issuer.',
  audience: 'The receipt is for another audience.',
  connection: 'The receipt is about an enrolment that is stored elsewhere.',
  another_way: 'The receipt is about a code in place of a face.',
  expired: 'The receipt is not valid at this time.',
  subject: 'The receipt is about another person.',
  nonce: 'The receipt is not the answer to this request.',
  action: 'The receipt is about another action.',
  test: 'The receipt is of a test person.',
  sandbox: 'The receipt is from the developers’ sandbox.',
  keys_unavailable: 'The keys of the issuer could not be had.',
} as const;

export type ReceiptErrorCode = keyof typeof receiptErrorText;

/** Error of a refused receipt. It does not contain the receipt. */
export class ReceiptError extends Error {
  override readonly name = 'ReceiptError';
  constructor(
    readonly code: ReceiptErrorCode,
    options?: ErrorOptions,
  ) {
    super(receiptErrorText[code], options);
  }
}

interface CommonClaims {
  readonly iss: string;
  readonly aud: string;
  /** User id (`subject`) that was passed when the step-up was started. */
  readonly sub: string;
  /** Issue time, in seconds since 1970. */
  readonly iat: number;
  /** Expiry, in seconds since 1970, at most 120 after `iat`. */
  readonly exp: number;
  /** Id of the receipt. To accept a receipt only once, store this id until `exp`. */
  readonly jti: string;
  readonly nonce?: string | undefined;
  /** Id of the connection, or `api:<tenant>` if an API client stores the token. */
  readonly connection: string;
  readonly txn: string;
  /** Time of the face check, in seconds since 1970. */
  readonly auth_time: number;
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[];
  /** True if a developer got the receipt in the sandbox. Its subject and audience are the developer's choice. */
  readonly sandbox?: boolean | undefined;
  /** True for a test person, whose check ends without a camera. The issuer then ends in `/test`. */
  readonly test?: boolean | undefined;
}

export interface FaceReceiptClaims extends CommonClaims {
  readonly acr: 'face';
  /** Accuracy from 1 (most tolerant) to 8 (strictest). */
  readonly accuracy: number;
  /** Score of passive liveness, 0 to 1; `null` if not measured. */
  readonly liveness: number | null;
  /**
   * Presence detection method with its version: `light-1` (movements under the screen's light), `movement-1`,
   * `passive-1` (photos only), or a custom one. `null` if none was used; absent from older servers.
   */
  readonly presence?: string | null;
  /**
   * Proof of the face's enrolment: `photo` (it matched the photo that the organization had), `document` (it
   * matched the portrait of a digital document), `in_person` or
   * `vouched` (by the help desk), `former_face` (the previous face had been shown), `sign_in`, `client`,
   * `photos_of_client`, or `invitation` (a link). `null` if unknown; absent from older servers.
   */
  readonly enrolment_proof?: string | null;
  /** Issuer and kind of the digital document, for the proof `document`. */
  readonly enrolment_document?: { readonly issuer: string; readonly kind: string } | undefined;
  /** Action that the user approved, if any. */
  readonly action?: Action | undefined;
  /** SHA-256 of the action's canonical JSON (RFC 8785), in 64 hexadecimal digits. */
  readonly action_digest?: string | undefined;
}

/** Claims after a fallback code instead of a face check. */
export interface AnotherWayReceiptClaims extends CommonClaims {
  readonly acr: 'another_way';
  readonly accuracy: null;
  readonly liveness: null;
  readonly presence: null;
}

/** `acr` tells the two kinds apart. */
export type ReceiptClaims = FaceReceiptClaims | AnotherWayReceiptClaims;

/** Expected values. The receipt must have each value that is given. */
export interface ExpectedReceipt {
  /** Always set this, because a client that stores its own tokens can choose any subject. */
  readonly connection?: string;
  readonly subject?: string;
  readonly nonce?: string;
  /** Approved action. A receipt with an approval is accepted only if this is given. */
  readonly action?: Action;
  /** Set this to `true` only in tests: receipts of the developers' sandbox are then accepted, too. */
  readonly acceptSandbox?: boolean;
  /** Set this to `true` only in tests: receipts of test people are then accepted, too. */
  readonly acceptTests?: boolean;
}

export const receiptType = 'facestep-receipt+jwt';

/** Type of receipts of a recovery. They are no receipts of a sign-in, which have another type. */
export const recoveryReceiptType = 'facestep-recovery+jwt';

/** Claims of a finished recovery: the person proved a second thing and showed their face. */
export interface RecoveryReceiptClaims
  extends Pick<CommonClaims, 'iss' | 'aud' | 'sub' | 'iat' | 'exp' | 'jti' | 'connection' | 'txn' | 'auth_time'> {
  readonly purpose: 'recovery';
  /** `recovery_code`, `other_email`, `phone`, `known_device`, `help_desk` or `manager`. */
  readonly second_thing: string;
  readonly approvals: number;
}

export const receiptLifeSec = 120;

/** Accepted clock difference, in seconds. */
export const clockToleranceSec = 30;

const named = {
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  iat: z.int(),
  exp: z.int(),
  jti: z.string().check(z.minLength(1)),
  connection: z.string(),
  txn: z.string(),
  auth_time: z.int(),
};

const common = {
  ...named,
  nonce: z.exactOptional(z.string()),
  amr: z.array(z.string()),
  sandbox: z.exactOptional(z.boolean()),
  test: z.exactOptional(z.boolean()),
};

const recoveryGuard = z.object({
  ...named,
  purpose: z.literal('recovery'),
  second_thing: z.string(),
  approvals: z.int(),
});

const claimsGuard = z.discriminatedUnion('acr', [
  z.object({
    ...common,
    acr: z.literal('face'),
    accuracy: z.int().check(z.minimum(1), z.maximum(8)),
    liveness: z.nullable(z.number()),
    presence: z.exactOptional(z.nullable(z.string())),
    enrolment_proof: z.exactOptional(z.nullable(z.string())),
    enrolment_document: z.exactOptional(z.object({ issuer: z.string(), kind: z.string() })),
    action: z.exactOptional(actionGuard),
    action_digest: z.exactOptional(z.string()),
  }),
  z.object({
    ...common,
    acr: z.literal('another_way'),
    accuracy: z.null(),
    liveness: z.null(),
    presence: z.null(),
  }),
]);

/**
 * Checks a receipt's claims.
 * @param claims - claims whose signature is verified, but which are not checked otherwise
 * @param wanted.nowSec - seconds since 1970
 * @throws ReceiptError, but never `signature` or `keys_unavailable`
 */
export function checkClaims(claims: unknown, wanted: Wanted): ReceiptClaims {
  const parsed = claimsGuard.safeParse(claims);
  if (!parsed.success) throw new ReceiptError('malformed');
  const { data } = parsed;
  const { expected, issuer } = wanted;
  const isTest = data.test === true;
  if (isTest && expected.acceptTests !== true) throw new ReceiptError('test');
  checkCommon(data, isTest ? { ...wanted, issuer: `${issuer}/test` } : wanted);
  if (data.sandbox === true && expected.acceptSandbox !== true) throw new ReceiptError('sandbox');
  if (!isMet(expected, 'nonce', data.nonce)) throw new ReceiptError('nonce');
  if (!isApproved(expected, data)) throw new ReceiptError('action');
  return data;
}

interface Wanted {
  readonly issuer: string;
  readonly audience: string;
  readonly nowSec: number;
  readonly expected: ExpectedReceipt;
}

function checkCommon(
  data: Pick<CommonClaims, 'iss' | 'aud' | 'sub' | 'iat' | 'exp' | 'connection'>,
  { issuer, audience, nowSec, expected }: Wanted,
): void {
  if (data.iss !== issuer) throw new ReceiptError('issuer');
  if (data.aud !== audience) throw new ReceiptError('audience');
  checkTime(data, nowSec);
  if (!isMet(expected, 'connection', data.connection)) throw new ReceiptError('connection');
  if (!isMet(expected, 'subject', data.sub)) throw new ReceiptError('subject');
}

/** Checks the claims of a recovery. @throws ReceiptError */
export function checkRecovery(claims: unknown, wanted: Wanted): RecoveryReceiptClaims {
  const { data } = recoveryGuard.safeParse(claims);
  if (data === undefined) throw new ReceiptError('malformed');
  checkCommon(data, wanted);
  return data;
}

/** @throws ReceiptError `another_way` if the user entered a fallback code instead of a face check */
export function checkFace(claims: ReceiptClaims): FaceReceiptClaims {
  if (claims.acr !== 'face') throw new ReceiptError('another_way');
  return claims;
}

export type ApprovalClaims = FaceReceiptClaims & { readonly action: Action; readonly action_digest: string };

/**
 * Checks the claims of an approval. If no action is expected, any action is accepted.
 * @throws ReceiptError; `action` if the receipt contains no approval
 */
export function checkApproval(claims: unknown, checks: Parameters<typeof checkClaims>[1]): ApprovalClaims {
  const approval = z.object({ action: actionGuard, action_digest: z.string() }).safeParse(claims);
  if (!approval.success) throw new ReceiptError('action');
  const expected = { action: approval.data.action, ...checks.expected };
  return { ...checkFace(checkClaims(claims, { ...checks, expected })), ...approval.data };
}

function checkTime({ iat, exp }: { readonly iat: number; readonly exp: number }, nowSec: number): void {
  if (exp <= iat || exp - iat > receiptLifeSec) throw new ReceiptError('malformed');
  if (iat > nowSec + clockToleranceSec || exp + clockToleranceSec <= nowSec) throw new ReceiptError('expired');
}

/**
 * An expected value of `undefined` is never met. Otherwise `{ nonce: session.nonce }` of an empty session would skip
 * the check.
 */
function isMet(
  expected: ExpectedReceipt,
  name: 'connection' | 'subject' | 'nonce',
  found: string | undefined,
): boolean {
  if (!(name in expected)) return true;
  const value = expected[name];
  return value !== undefined && value === found;
}

/** An approval must not be accepted as a sign-in, nor a sign-in as an approval. */
function isApproved(expected: ExpectedReceipt, claims: ReceiptClaims): boolean {
  const found = claims.acr === 'face' ? claims.action : undefined;
  if (!('action' in expected)) return found === undefined;
  return expected.action !== undefined && found !== undefined && isSameAction(expected.action, found);
}
