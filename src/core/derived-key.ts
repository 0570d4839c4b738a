import { createECDH, createHmac, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { RecipientKey } from './base/jwe.js';
import type { Ports } from './deps.js';
import type { KeyVersion } from './ports.js';

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Key pair on P-256, as JWK (RFC 7517). */
export interface KeyPair {
  readonly privateKey: JsonWebKey;
  readonly publicKey: RecipientKey;
  /** The public key as an uncompressed point. */
  readonly point: Uint8Array;
}

/**
 * Derives a key pair from two secret halves of 32 bytes, so that the reduction modulo the order is unbiased (FIPS 186-5,
 * appendix A.2.1).
 */
export function toKeyPair(first: Uint8Array, second: Uint8Array): KeyPair {
  const hex = Buffer.concat([first, second]).toString('hex');
  const scalar = (BigInt(`0x${hex}`) % (order - 1n)) + 1n;
  const secret = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const toText = (bytes: Buffer): string => bytes.toString('base64url');
  const x = toText(point.subarray(1, 33));
  const publicKey = { kty: 'EC', crv: 'P-256', x, y: toText(point.subarray(33)) } as const;
  const privateKey = { ...publicKey, d: toText(secret) };
  secret.fill(0);
  return { privateKey, publicKey, point };
}

/**
 * Derives a key of 32 bytes for one purpose. Node wipes it when nothing refers to it any more.
 * @param label - longer than the 32 bytes from which a token's key is derived, so that the keys differ
 * @throws `token_key_retired`, `key_service_unavailable`
 */
export async function deriveKey(version: KeyVersion, label: Uint8Array, { keys }: Ports<'keys'>): Promise<KeyObject> {
  const material = await keys.mac(version, label);
  const key = material.use(createSecretKey);
  material.wipe();
  return key;
}

/** Returns the HMAC-SHA-256 with a key that is derived for one purpose. @throws as `deriveKey` */
export async function deriveMac(
  version: KeyVersion,
  label: Uint8Array,
  deps: Ports<'keys'>,
): Promise<(message: string) => Buffer> {
  const key = await deriveKey(version, label, deps);
  return (message) => createHmac('sha256', key).update(message).digest();
}

/** Returns the version with which a record was keyed while its key exists, so that its digests can be compared. */
export const keyVersionAfter = async (former: KeyVersion | undefined, { keys }: Ports<'keys'>): Promise<KeyVersion> =>
  former !== undefined && (await keys.holds(former)) ? former : keys.currentVersion();
