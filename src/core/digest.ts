import { createHash, timingSafeEqual } from 'node:crypto';

/** Returns the SHA-256; for credentials with enough entropy. */
export const digestOf = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest();

/** Takes constant time. */
export const hasDigest = (text: string, expected: Uint8Array): boolean => timingSafeEqual(digestOf(text), expected);
