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
import { type CompactVerifyGetKey, compactVerify } from 'jose/jws/compact/verify';
import * as z from 'zod/mini';
import { digestAction } from './action.js';
import { parseJson } from './json.js';
import {
  checkClaims,
  checkFace,
  checkRecovery,
  type ExpectedReceipt,
  type FaceReceiptClaims,
  type ReceiptClaims,
  ReceiptError,
  type RecoveryReceiptClaims,
  receiptType,
  recoveryReceiptType,
} from './receipt-claims.js';

/** Contents of `/.well-known/jwks.json`. Keys of other kinds are skipped. */
export interface KeySet {
  readonly keys: readonly object[];
}

/** Address of the keys, which are fetched on first use and again for an unknown key. */
export interface RemoteKeys {
  readonly jwksUri: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

export interface ReceiptVerifier {
  /**
   * Verifies signature, audience, validity and expected values, and that a face was checked.
   * @throws ReceiptError with its `code`; `another_way` if no face was checked
   */
  verify(receipt: string, expected?: ExpectedReceipt): Promise<FaceReceiptClaims>;
  /**
   * Verifies a receipt, also of a fallback code; the claim `acr` says which.
   * @throws ReceiptError with its `code`
   */
  verifyAnyWay(receipt: string, expected?: ExpectedReceipt): Promise<ReceiptClaims>;
  /**
   * Verifies the receipt of a finished account recovery. Store its `jti` until `exp`, so that it counts once.
   * @throws ReceiptError with its `code`
   */
  verifyRecovery(
    receipt: string,
    expected?: Pick<ExpectedReceipt, 'connection' | 'subject'>,
  ): Promise<RecoveryReceiptClaims>;
}

const maxReceiptCharacters = 16_384;

const keysTimeoutMs = 3000;

/** Lifetime of fetched keys. Keys that the server retired are refused after this time. */
const keysKeptMs = 300_000;

/** Guard of keys for ECDSA on P-256. */
const publicKeyGuard = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.exactOptional(z.string()),
});

/**
 * Creates the receipt verifier for one audience. With a key set as `keys`, the verifier works offline.
 * @param options.issuer - public URL of the server, without a trailing slash
 * @param options.audience - `audience` of the step-up
 * @param options.clock - returns milliseconds since 1970
 * @throws TypeError if `jwksUri` is not a URL
 * @example
 * const receipts = createReceiptVerifier({
 *   issuer: 'https://face.example.com',
 *   audience: 'https://shop.example.com/login',
 *   keys: { jwksUri: 'https://face.example.com/.well-known/jwks.json', fetch },
 *   clock: Date,
 * });
 * const claims = await receipts.verify(receipt, { connection: 'api:default', subject: 'user-1', nonce });
 */
export function createReceiptVerifier(options: {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySet | RemoteKeys;
  readonly clock: { now(): number };
}): ReceiptVerifier {
  const { issuer, audience, keys, clock } = options;
  const resolveKey = toResolveKey(keys);

  /** Opens a receipt of one type. Other JWTs that are signed with the same key are refused. */
  const open = async (receipt: string, type: string): Promise<unknown> => {
    if (typeof receipt !== 'string' || receipt.length > maxReceiptCharacters) throw new ReceiptError('malformed');
    const { typ, payload } = await openJws(receipt, resolveKey, (...given) => new ReceiptError(...given));
    if (typ !== type) throw new ReceiptError('malformed');
    return payload;
  };
  const toWanted = (expected: ExpectedReceipt) => ({ issuer, audience, nowSec: clock.now() / 1000, expected });

  const verifier: ReceiptVerifier = {
    verify: async (receipt, expected) => checkFace(await verifier.verifyAnyWay(receipt, expected)),
    async verifyAnyWay(receipt, expected = {}) {
      const claims = checkClaims(await open(receipt, receiptType), toWanted(expected));
      await checkActionDigest(claims);
      return claims;
    },
    verifyRecovery: async (receipt, expected = {}) =>
      checkRecovery(await open(receipt, recoveryReceiptType), toWanted(expected)),
  };
  return verifier;
}

/**
 * Verifies the digest of the action, because other documents refer to the action by its digest.
 * @throws ReceiptError `malformed`
 */
async function checkActionDigest(claims: ReceiptClaims): Promise<void> {
  if (claims.acr !== 'face' || claims.action === undefined) return;
  if ((await digestAction(claims.action)) !== claims.action_digest) throw new ReceiptError('malformed');
}

export type ResolveKey = CompactVerifyGetKey;

/** @throws TypeError if `jwksUri` is not a URL */
export const toResolveKey = (keys: KeySet | RemoteKeys): ResolveKey =>
  'jwksUri' in keys
    ? createRemoteJWKSet(new URL(keys.jwksUri), {
        timeoutDuration: keysTimeoutMs,
        cacheMaxAge: keysKeptMs,
        [customFetch]: (url, init) => keys.fetch(url, init),
      })
    : keepKeys(keys);

export function keepKeys({ keys }: KeySet): ReturnType<typeof createLocalJWKSet> {
  const usable = keys.flatMap((key) => publicKeyGuard.safeParse(key).data ?? []);
  return createLocalJWKSet({ keys: usable });
}

const notSigned = [
  JWSSignatureVerificationFailed,
  JOSEAlgNotAllowed,
  JOSENotSupported,
  JWKSNoMatchingKey,
  JWKSMultipleMatchingKeys,
];

/**
 * Verifies that a key of the issuer signed a compact JWS.
 * @throws the error of `toError`; `signature` if none of the issuer's available keys made the signature
 */
export async function openJws(
  jws: string,
  resolveKey: ResolveKey,
  toError: (code: 'malformed' | 'signature' | 'keys_unavailable', options?: ErrorOptions) => Error,
): Promise<{ readonly typ: string | undefined; readonly payload: unknown }> {
  const { payload, protectedHeader } = await compactVerify(jws, resolveKey, { algorithms: ['ES256'] }).catch(
    (cause: unknown) => {
      if (cause instanceof JWSInvalid) throw toError('malformed');
      if (notSigned.some((kind) => cause instanceof kind)) throw toError('signature');
      throw toError('keys_unavailable', { cause });
    },
  );
  return { typ: protectedHeader.typ, payload: parseJson(payload) };
}
