import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { KeyMaterial } from '../../core/concealed.js';
import type { Random } from '../../core/ports.js';
import { CommandError } from '../command-error.js';

const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts with AES-256-GCM. The result is nonce, ciphertext and tag. @param about - additional authenticated data */
export function seal(plain: Uint8Array, about: Uint8Array, key: KeyMaterial, random: Random): Buffer {
  const nonce = random(nonceBytes);
  const cipher = key.use((bytes) => createCipheriv('aes-256-gcm', bytes, nonce));
  cipher.setAAD(about);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws CommandError `presence_locked` for a wrong key or altered data */
export function unseal(sealed: Uint8Array, about: Uint8Array, key: KeyMaterial): Buffer {
  try {
    const nonce = sealed.subarray(0, nonceBytes);
    const decipher = key.use((bytes) => createDecipheriv('aes-256-gcm', bytes, nonce, { authTagLength: tagBytes }));
    decipher.setAAD(about);
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    const plain = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes));
    // GCM verifies the tag here. No data remains to be returned.
    decipher.final();
    return plain;
  } catch (cause) {
    throw new CommandError('presence_locked', null, { cause });
  }
}
