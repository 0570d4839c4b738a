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
import {
  checkClaims,
  checkFace,
  type ExpectedReceipt,
  type FaceReceiptClaims,
  type ReceiptClaims,
  ReceiptError,
  receiptType,
} from './receipt-claims.js';

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
   * Checks that a receipt is the issuer's, for this audience, valid now, the one expected, and of a face check.
   * @throws ReceiptError with its `code`; `another_way`: no face was checked
   */
  verify(receipt: string, expected?: ExpectedReceipt): Promise<FaceReceiptClaims>;
  /**
   * The same for whoever takes a code in place of a face as well: `acr` of the claims tells which it was.
   * @throws ReceiptError with its `code`
   */
  verifyAnyWay(receipt: string, expected?: ExpectedReceipt): Promise<ReceiptClaims>;
}

/** Far above any receipt: longer text is refused without being read. */
const maxReceiptCharacters = 16_384;

const keysTimeoutMs = 3000;

/** As long as the issuer says that its keys may be kept: one that it retired is no longer good then. */
const keysKeptMs = 300_000;

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
  const resolveKey = toResolveKey(keys);

  const verifier: ReceiptVerifier = {
    verify: async (receipt, expected) => checkFace(await verifier.verifyAnyWay(receipt, expected)),
    async verifyAnyWay(receipt, expected = {}) {
      if (typeof receipt !== 'string' || receipt.length > maxReceiptCharacters) throw new ReceiptError('malformed');
      const { payload, protectedHeader } = await compactVerify(receipt, resolveKey, { algorithms: ['ES256'] }).catch(
        (cause: unknown) => {
          throw toReceiptError(cause);
        },
      );
      // Without this another kind of statement under the same key would pass for a receipt.
      if (protectedHeader.typ !== receiptType) throw new ReceiptError('malformed');
      const claims = checkClaims(parsePayload(payload), { issuer, audience, nowSec: clock.now() / 1000, expected });
      await checkActionDigest(claims);
      return claims;
    },
  };
  return verifier;
}

/** The digest is what others refer to: it must be that of the words. @throws ReceiptError `malformed` */
async function checkActionDigest(claims: ReceiptClaims): Promise<void> {
  if (claims.acr !== 'face' || claims.action === undefined) return;
  if ((await digestAction(claims.action)) !== claims.action_digest) throw new ReceiptError('malformed');
}

/** Finds the key that something of the issuer is signed with. */
export type ResolveKey = CompactVerifyGetKey;

/** @throws TypeError where `jwksUri` is no URL */
export const toResolveKey = (keys: KeySet | RemoteKeys): ResolveKey =>
  'jwksUri' in keys ? fetchKeys(keys) : keepKeys(keys);

/** The keys of a set that the issuer could sign with. */
export function keepKeys({ keys }: KeySet): ReturnType<typeof createLocalJWKSet> {
  const usable = keys.flatMap((key) => publicKeyGuard.safeParse(key).data ?? []);
  return createLocalJWKSet({ keys: usable });
}

function fetchKeys({ jwksUri, fetch }: RemoteKeys): ReturnType<typeof createRemoteJWKSet> {
  return createRemoteJWKSet(new URL(jwksUri), {
    timeoutDuration: keysTimeoutMs,
    cacheMaxAge: keysKeptMs,
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

/** Whether no key of the issuer signed it; its keys could be had. */
export const isNotSigned = (cause: unknown): boolean => notSigned.some((kind) => cause instanceof kind);

/** Whatever is not about the receipt itself is about its keys: no connection, a status, no key set. */
function toReceiptError(cause: unknown): ReceiptError {
  if (cause instanceof JWSInvalid) return new ReceiptError('malformed');
  if (isNotSigned(cause)) return new ReceiptError('signature');
  return new ReceiptError('keys_unavailable', { cause });
}

function parsePayload(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    throw new ReceiptError('malformed');
  }
}
