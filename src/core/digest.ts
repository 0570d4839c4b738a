import { createHash, timingSafeEqual } from 'node:crypto';

/** Returns the SHA-256 digest. It may protect credentials only if they have enough entropy. */
export const digestOf = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest();

/** Compares a text with a digest in constant time. */
export const hasDigest = (text: string, expected: Uint8Array): boolean => timingSafeEqual(digestOf(text), expected);
