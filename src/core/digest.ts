import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of bytes, or of a text in UTF-8: how credentials of enough randomness are stored and compared. */
export const digestOf = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest();

/** Whether a text is the one whose digest is known. Takes the same time wherever the two differ, and whatever was sent. */
export const hasDigest = (text: string, expected: Uint8Array): boolean => timingSafeEqual(digestOf(text), expected);
