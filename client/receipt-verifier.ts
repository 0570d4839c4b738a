import {
  JOSEAlgNotAllowed,
  JOSENotSupported,
  JWKSMultipleMatchingKeys,
  JWKSNoMatchingKey,
  JWSInvalid,
  JWSSignatureVerificationFailed,
} from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { createRemoteJWKSet, customFetch } from 'jose/jwks/remote';
import { compactVerify } from 'jose/jws/compact/verify';
import * as z from 'zod/mini';

/** Why a receipt is not accepted, or that nobody can tell. */
export const receiptErrorText = {
  malformed: 'This is not a receipt of a face check.',
  signature: 'The receipt is not signed by a key of the issuer.',
  issuer: 'The receipt is from another issuer.',
  audience: 'The receipt is for another audience.',
  connection: 'The receipt is about an enrolment that is kept elsewhere.',
  expired: 'The receipt is not valid at this time.',
  subject: 'The receipt is about another person.',
  nonce: 'The receipt is not the answer to this request.',
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

/** What a receipt states of a passed face check. */
export interface ReceiptClaims {
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
  /** When the face was checked: seconds since 1970. */
  readonly auth_time: number;
  readonly acr: 'face';
  readonly amr: readonly string[];
  /** 1 (most tolerant) to 8 (strictest). */
  readonly accuracy: number;
  /** Passive liveness of the photos, 0 to 1; `null` where it was not measured. */
  readonly liveness: number | null;
}

/** What the caller knows of the check; whatever is named here must be in the receipt. */
export interface ExpectedReceipt {
  /** Name it always: whoever keeps tokens of their own says freely whose faces they are. */
  readonly connection?: string;
  readonly subject?: string;
  readonly nonce?: string;
}

/** A JSON Web Key Set, as `/.well-known/jwks.json` has it; keys of other kinds in it are passed over. */
export interface KeySet {
  readonly keys: readonly object[];
}

/** Where to fetch the key set, and how. It is fetched when first needed, kept, and fetched anew for an unknown key. */
export interface RemoteKeys {
  readonly jwksUri: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

export interface ReceiptVerifier {
  /**
   * Checks that a receipt is the issuer's, for this audience, valid now, and the one expected.
   * @throws ReceiptError with its `code`
   */
  verify(receipt: string, expected?: ExpectedReceipt): Promise<ReceiptClaims>;
}

const receiptType = 'facestep-receipt+jwt';

/** Longest life of a receipt. */
const maxLifeSec = 120;

/** How far two clocks may be apart. */
const clockToleranceSec = 30;

/** Far above any receipt: longer text is refused without being read. */
const maxReceiptCharacters = 8192;

const keysTimeoutMs = 3000;

const claimsGuard = z.object({
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
  acr: z.literal('face'),
  amr: z.array(z.string()),
  accuracy: z.int().check(z.minimum(1), z.maximum(8)),
  liveness: z.nullable(z.number()),
});

/** The issuer signs with ECDSA on P-256 alone. */
const publicKeyGuard = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.exactOptional(z.string()),
});

/**
 * Makes the check of receipts for one audience. With a key set it needs no network.
 * @param options.issuer - the public URL of the server, without a slash at its end
 * @param options.audience - what the step-up was started with as `audience`
 * @param options.clock - milliseconds since 1970
 * @throws TypeError where `jwksUri` is no URL
 */
export function createReceiptVerifier(options: {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySet | RemoteKeys;
  readonly clock: { now(): number };
}): ReceiptVerifier {
  const { issuer, audience, keys, clock } = options;
  const resolveKey = 'jwksUri' in keys ? fetchKeys(keys) : keepKeys(keys);

  return {
    async verify(receipt, expected = {}) {
      if (typeof receipt !== 'string' || receipt.length > maxReceiptCharacters) throw new ReceiptError('malformed');
      const { payload, protectedHeader } = await compactVerify(receipt, resolveKey, { algorithms: ['ES256'] }).catch(
        (cause: unknown) => {
          throw toReceiptError(cause);
        },
      );
      // Without this another kind of statement under the same key would pass for a receipt.
      if (protectedHeader.typ !== receiptType) throw new ReceiptError('malformed');
      const claims = parseClaims(payload);
      if (claims.iss !== issuer) throw new ReceiptError('issuer');
      if (claims.aud !== audience) throw new ReceiptError('audience');
      checkTime(claims, clock.now() / 1000);
      if (!isMet(expected, 'connection', claims.connection)) throw new ReceiptError('connection');
      if (!isMet(expected, 'subject', claims.sub)) throw new ReceiptError('subject');
      if (!isMet(expected, 'nonce', claims.nonce)) throw new ReceiptError('nonce');
      return claims;
    },
  };
}

function keepKeys({ keys }: KeySet): ReturnType<typeof createLocalJWKSet> {
  const usable = keys.flatMap((key) => publicKeyGuard.safeParse(key).data ?? []);
  return createLocalJWKSet({ keys: usable });
}

function fetchKeys({ jwksUri, fetch }: RemoteKeys): ReturnType<typeof createRemoteJWKSet> {
  return createRemoteJWKSet(new URL(jwksUri), {
    timeoutDuration: keysTimeoutMs,
    [customFetch]: (url, init) => fetch(url, init),
  });
}

const notSigned = [
  JWSSignatureVerificationFailed,
  JOSEAlgNotAllowed,
  JOSENotSupported,
  JWKSNoMatchingKey,
  JWKSMultipleMatchingKeys,
];

/** Whatever is not about the receipt itself is about its keys: no connection, a status, no key set. */
function toReceiptError(cause: unknown): ReceiptError {
  if (cause instanceof JWSInvalid) return new ReceiptError('malformed');
  if (notSigned.some((kind) => cause instanceof kind)) return new ReceiptError('signature');
  return new ReceiptError('keys_unavailable', { cause });
}

function parseClaims(payload: Uint8Array): ReceiptClaims {
  try {
    return claimsGuard.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    throw new ReceiptError('malformed');
  }
}

function checkTime({ iat, exp }: ReceiptClaims, nowSec: number): void {
  if (exp <= iat || exp - iat > maxLifeSec) throw new ReceiptError('malformed');
  if (iat > nowSec + clockToleranceSec || exp + clockToleranceSec <= nowSec) throw new ReceiptError('expired');
}

/** A value named but missing is never met: `{ nonce: session.nonce }` of an empty session would else check nothing. */
function isMet(expected: ExpectedReceipt, name: keyof ExpectedReceipt, found: string | undefined): boolean {
  if (!(name in expected)) return true;
  const value = expected[name];
  return value !== undefined && value === found;
}
