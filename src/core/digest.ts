import { createHash, timingSafeEqual } from 'node:crypto';

/** Returns the SHA-256 of bytes or UTF-8 text. For credentials with enough entropy. */
export const digestOf = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest();

/** Returns true if the text has this digest. Takes constant time. */
export const hasDigest = (text: string, expected: Uint8Array): boolean => timingSafeEqual(digestOf(text), expected);
