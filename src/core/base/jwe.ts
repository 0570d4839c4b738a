import { CompactEncrypt, importJWK } from 'jose';

/** Public key on P-256, as JWK (RFC 7517). */
export interface RecipientKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** Returns true if the key is a point on the curve. */
export const isRecipientKey = (key: RecipientKey): Promise<boolean> =>
  importJWK(key, 'ECDH-ES').then(
    () => true,
    () => false,
  );

/** Encrypts bytes for the holder of the private key (JWE, RFC 7516). */
export async function encryptFor(key: RecipientKey, plaintext: Uint8Array): Promise<string> {
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .encrypt(await importJWK(key, 'ECDH-ES'));
}
