import { createHash, type KeyObject } from 'node:crypto';
import type { Credential } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';

/**
 * RS256 is the only algorithm that Entra promises to support. FAPI 2.0 forbids RS256, so FAPI clients get PS256 (RFC
 * 7518, section 3.1).
 */
export type OidcAlgorithm = 'RS256' | 'PS256';

/** A JSON Web Key (RFC 7517). */
export interface PublicKey {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: OidcAlgorithm;
  /** SHA-256 thumbprint in base64url (RFC 7638). For algorithms other than RS256, the algorithm's name is appended. */
  readonly kid: string;
  readonly n: string;
  readonly e: string;
  readonly x5c: readonly [string];
  /** SHA-1 of the certificate in base64url. */
  readonly x5t: string;
}

export interface OidcSigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  sign(data: Uint8Array, algorithm: OidcAlgorithm): Promise<Uint8Array>;
}

export interface OidcKeySet {
  readonly published: readonly PublicKey[];
  /** Keys that sign, the current one first. */
  readonly signing: readonly OidcSigningKey[];
  readonly cookieKeys: readonly [Credential, ...Credential[]];
}

export interface OidcKeys {
  /** Returns the keys, as the same object if nothing changed. */
  current(): Promise<OidcKeySet>;
}

export function toPublicKey({ kid, publicKey }: Omit<OidcSigningKey, 'sign'>, certificate: Uint8Array): PublicKey {
  const { n, e } = publicKey.export({ format: 'jwk' });
  if (n === undefined || e === undefined) throw new FaceError('config_invalid', { setting: 'OpenID keys' });
  const x5t = createHash('sha1').update(certificate).digest('base64url');
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e, x5c: [Buffer.from(certificate).toString('base64')], x5t };
}

/** Returns the key id for an algorithm, because verifiers bind a key to one algorithm. */
export const kidUnder = (kid: string, algorithm: OidcAlgorithm): string =>
  algorithm === 'RS256' ? kid : `${kid}-${algorithm}`;

export const publishUnder = (key: PublicKey, algorithm: OidcAlgorithm): PublicKey => ({
  ...key,
  alg: algorithm,
  kid: kidUnder(key.kid, algorithm),
});
