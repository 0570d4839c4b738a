import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { FaceError } from '../errors.js';
import type { Ports } from './deps.js';
import { deriveKey } from './derived-key.js';
import { Credential } from './secrets.js';

/** A text encrypted with AES-256-GCM under a key that is derived from the token key. */
export const sealedTextGuard = z.object({
  /** Version of the token key. */
  version: z.int(),
  nonce: z.base64url(),
  /** Ciphertext with the 16-byte tag at its end. */
  sealed: z.base64url(),
});
export type SealedText = z.output<typeof sealedTextGuard>;

const tagBytes = 16;
const toBase64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/**
 * Encrypts a text.
 * @param label - purpose, from which the key is derived as in `deriveKey`
 */
export async function sealText(
  text: Credential,
  label: string,
  { keys, random }: Ports<'random' | 'keys'>,
): Promise<SealedText> {
  const version = await keys.currentVersion();
  const nonce = random(12);
  const cipher = createCipheriv('aes-256-gcm', await deriveKey(version, Buffer.from(label), { keys }), nonce);
  const encrypted = text.use((plain) => cipher.update(plain, 'utf8'));
  const sealed = Buffer.concat([encrypted, cipher.final(), cipher.getAuthTag()]);
  return { version, nonce: toBase64url(nonce), sealed: toBase64url(sealed) };
}

/**
 * Decrypts a text.
 * @throws `token_key_retired`; `state_unavailable` if the store altered the text
 */
export async function openText(
  { version, nonce, sealed }: SealedText,
  label: string,
  deps: Ports<'keys'>,
): Promise<Credential> {
  const bytes = Buffer.from(sealed, 'base64url');
  const key = await deriveKey(version, Buffer.from(label), deps);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    const text = Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]);
    return new Credential(text.toString('utf8'));
  } catch (cause) {
    throw new FaceError('state_unavailable', { reason: 'a sealed text was altered' }, { cause });
  }
}
