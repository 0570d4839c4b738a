import { createHash, timingSafeEqual } from 'node:crypto';

/** Returns the SHA-256 digest. A credential may be stored as this digest only if it has enough entropy. */
export const digestOf = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest();

/** Compares a text with a digest in constant time. */
export const hasDigest = (text: string, expected: Uint8Array): boolean => timingSafeEqual(digestOf(text), expected);
