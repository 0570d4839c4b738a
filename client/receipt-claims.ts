import * as z from 'zod/mini';
import { type Action, actionGuard, isSameAction } from './action.js';

/*
 * What a receipt states, and when it counts. Nothing here knows who signed it: the receipt verifier, which has the keys of
 * its issuer, and the server itself hold its claims against the same.
 */

/** Why a receipt is not accepted, or that nobody can tell. */
export const receiptErrorText = {
  malformed: 'This is not a receipt of a face check.',
  signature: 'The receipt is not signed by a key of the issuer.',
  issuer: 'The receipt is from another issuer.',
  audience: 'The receipt is for another audience.',
  connection: 'The receipt is about an enrolment that is kept elsewhere.',
  another_way: 'The receipt is about a code in place of a face.',
  expired: 'The receipt is not valid at this time.',
  subject: 'The receipt is about another person.',
  nonce: 'The receipt is not the answer to this request.',
  action: 'The receipt is about another action.',
  keys_unavailable: 'The keys of the issuer could not be had.',
} as const;

/** The stable name of a refusal. */
export type ReceiptErrorCode = keyof typeof receiptErrorText;

/** Says why a receipt is not accepted; it holds nothing of the receipt. */
export class ReceiptError extends Error {
  override readonly name = 'ReceiptError';
  constructor(
    readonly code: ReceiptErrorCode,
    options?: ErrorOptions,
  ) {
    super(receiptErrorText[code], options);
  }
}

/** What every receipt states. */
interface CommonClaims {
  readonly iss: string;
  readonly aud: string;
  /** Whose face it was: the user's id as the step-up was started with it. */
  readonly sub: string;
  /** When it was issued: seconds since 1970. */
  readonly iat: number;
  /** When it ends: seconds since 1970, at most 120 after `iat`. */
  readonly exp: number;
  /** Names the receipt: whoever must take it once only keeps this until `exp`. */
  readonly jti: string;
  readonly nonce?: string;
  /** Where the enrolment is kept: the connection's id, or `api:<tenant>` for a token that a client of the API keeps. */
  readonly connection: string;
  /** The id of the step-up. */
  readonly txn: string;
  /** When the check was passed: seconds since 1970. */
  readonly auth_time: number;
  /** What took part (RFC 8176). */
  readonly amr: readonly string[];
}

/** What a receipt states of a passed face check. */
export interface FaceReceiptClaims extends CommonClaims {
  readonly acr: 'face';
  /** 1 (most tolerant) to 8 (strictest). */
  readonly accuracy: number;
  /** Passive liveness of the photos, 0 to 1; `null` where it was not measured. */
  readonly liveness: number | null;
  /**
   * How presence was judged, with the version of what judged it: `light-1` (movements under the screen's light), `movement-1`,
   * `passive-1` (photos alone), or the name of a judge of one's own; `null`: not at all. Servers before this claim left it out.
   */
  readonly presence?: string | null;
  /** What was approved by this face, word for word; left out of a check that approved nothing. */
  readonly action?: Action;
  /** SHA-256 of its canonical JSON (RFC 8785), 64 hexadecimal digits. */
  readonly action_digest?: string;
}

/** What a receipt states of a pass by a code: no face was checked, and nobody was seen. */
export interface AnotherWayReceiptClaims extends CommonClaims {
  readonly acr: 'another_way';
  readonly accuracy: null;
  readonly liveness: null;
  readonly presence: null;
}

/** What a receipt states; `acr` tells the kinds apart. */
export type ReceiptClaims = FaceReceiptClaims | AnotherWayReceiptClaims;

/** What the caller knows of the check; whatever is named here must be in the receipt. */
export interface ExpectedReceipt {
  /** Name it always: whoever keeps tokens of their own says freely whose faces they are. */
  readonly connection?: string;
  readonly subject?: string;
  readonly nonce?: string;
  /** What the person was to approve. A receipt that approves something is taken by nobody who does not name it. */
  readonly action?: Action;
}

/** The header `typ` of a receipt. */
export const receiptType = 'facestep-receipt+jwt';

/** How long a receipt may be used, in seconds. */
export const receiptLifeSec = 120;

/** How far two clocks may be apart, in seconds. */
export const clockToleranceSec = 30;

const common = {
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  iat: z.int(),
  exp: z.int(),
  jti: z.string().check(z.minLength(1)),
  nonce: z.exactOptional(z.string()),
  connection: z.string(),
  txn: z.string(),
  auth_time: z.int(),
  amr: z.array(z.string()),
};

const claimsGuard = z.discriminatedUnion('acr', [
  z.object({
    ...common,
    acr: z.literal('face'),
    accuracy: z.int().check(z.minimum(1), z.maximum(8)),
    liveness: z.nullable(z.number()),
    presence: z.exactOptional(z.nullable(z.string())),
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
 * Holds the claims of a receipt against what is expected of it.
 * @param claims - signed by the issuer, and nothing more is known of them
 * @param wanted.nowSec - seconds since 1970
 * @throws ReceiptError, never with `signature` or `keys_unavailable`
 */
export function checkClaims(
  claims: unknown,
  wanted: {
    readonly issuer: string;
    readonly audience: string;
    readonly nowSec: number;
    readonly expected: ExpectedReceipt;
  },
): ReceiptClaims {
  const { issuer, audience, nowSec, expected } = wanted;
  const parsed = claimsGuard.safeParse(claims);
  if (!parsed.success) throw new ReceiptError('malformed');
  const { data } = parsed;
  if (data.iss !== issuer) throw new ReceiptError('issuer');
  if (data.aud !== audience) throw new ReceiptError('audience');
  checkTime(data, nowSec);
  if (!isMet(expected, 'connection', data.connection)) throw new ReceiptError('connection');
  if (!isMet(expected, 'subject', data.sub)) throw new ReceiptError('subject');
  if (!isMet(expected, 'nonce', data.nonce)) throw new ReceiptError('nonce');
  if (!isApproved(expected, data)) throw new ReceiptError('action');
  return data;
}

/** @throws ReceiptError `another_way`: it is of a code, and no face was checked */
export function checkFace(claims: ReceiptClaims): FaceReceiptClaims {
  if (claims.acr !== 'face') throw new ReceiptError('another_way');
  return claims;
}

/** What a receipt states that approves an action. */
export type ApprovalClaims = FaceReceiptClaims & { readonly action: Action; readonly action_digest: string };

/**
 * The same for a receipt that approves something, whatever that is unless it is expected.
 * @throws ReceiptError, also `action`: it approves nothing
 */
export function checkApproval(claims: unknown, wanted: Parameters<typeof checkClaims>[1]): ApprovalClaims {
  const said = z.object({ action: actionGuard, action_digest: z.string() }).safeParse(claims);
  if (!said.success) throw new ReceiptError('action');
  const expected = { action: said.data.action, ...wanted.expected };
  return { ...checkFace(checkClaims(claims, { ...wanted, expected })), ...said.data };
}

function checkTime({ iat, exp }: ReceiptClaims, nowSec: number): void {
  if (exp <= iat || exp - iat > receiptLifeSec) throw new ReceiptError('malformed');
  if (iat > nowSec + clockToleranceSec || exp + clockToleranceSec <= nowSec) throw new ReceiptError('expired');
}

/** A value named but missing is never met: `{ nonce: session.nonce }` of an empty session would else check nothing. */
function isMet(
  expected: ExpectedReceipt,
  name: 'connection' | 'subject' | 'nonce',
  found: string | undefined,
): boolean {
  if (!(name in expected)) return true;
  const value = expected[name];
  return value !== undefined && value === found;
}

/** An approval is no sign-in, and a sign-in approves nothing. */
function isApproved(expected: ExpectedReceipt, claims: ReceiptClaims): boolean {
  const found = claims.acr === 'face' ? claims.action : undefined;
  if (!('action' in expected)) return found === undefined;
  return expected.action !== undefined && found !== undefined && isSameAction(expected.action, found);
}
