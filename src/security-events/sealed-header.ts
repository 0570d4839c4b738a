import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { Credential } from '../core/concealed.js';
import type { Keys, Random } from '../core/ports.js';
import { FaceError } from '../errors.js';

/** What a push is to carry as `Authorization`, unreadable in the state store: the key is an output of the one that seals tokens. */
export const sealedHeaderGuard = z.object({
  version: z.int(),
  nonce: z.base64url(),
  /** With the tag of 16 bytes at its end. */
  sealed: z.base64url(),
});
export type SealedHeader = z.output<typeof sealedHeaderGuard>;

/** The message of a token is a digest of 32 bytes, so that this one, which is longer, is never a token's. */
const message = Buffer.from('facestep/security-events/the key that seals what pushes carry');

const tagBytes = 16;
const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** @throws FaceError `key_service_unavailable` */
export async function sealHeader(
  header: Credential,
  { keys, random }: { readonly keys: Keys; readonly random: Random },
): Promise<SealedHeader> {
  const version = await keys.currentVersion();
  const nonce = random(12);
  const material = await keys.mac(version, message);
  const sealed = material.use((key) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    return Buffer.concat([header.use((text) => cipher.update(text, 'utf8')), cipher.final(), cipher.getAuthTag()]);
  });
  material.wipe();
  return { version, nonce: toText(nonce), sealed: toText(sealed) };
}

/** @throws FaceError `token_key_retired`, `key_service_unavailable`; `state_unavailable`: altered in the store */
export async function openHeader(
  { version, nonce, sealed }: SealedHeader,
  { keys }: { readonly keys: Keys },
): Promise<Credential> {
  const bytes = Buffer.from(sealed, 'base64url');
  const material = await keys.mac(version, message);
  try {
    return material.use((key) => {
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return new Credential(
        Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString('utf8'),
      );
    });
  } catch (cause) {
    throw new FaceError('state_unavailable', { store: 'security events' }, { cause });
  } finally {
    material.wipe();
  }
}
