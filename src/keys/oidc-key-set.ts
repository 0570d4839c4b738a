import { createHash, type KeyObject } from 'node:crypto';
import type { Credential } from '../core/concealed.js';
import { FaceError } from '../errors.js';

/**
 * How a key of the OpenID provider may sign (RFC 7518, section 3.1): RS256 is what every provider takes, and all that Entra
 * promises to take; PS256 is for clients under FAPI 2.0, which forbids the other.
 */
export type OidcAlgorithm = 'RS256' | 'PS256';

/** A public key as verifiers are told it (RFC 7517). */
export interface PublicKey {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: OidcAlgorithm;
  /** SHA-256 thumbprint of the key in base64url (RFC 7638); under another algorithm than RS256 with its name behind it. */
  readonly kid: string;
  readonly n: string;
  readonly e: string;
  readonly x5c: readonly [string];
  /** SHA-1 of the certificate in base64url. */
  readonly x5t: string;
}

/** A key that signs ID tokens, wherever its private half is. */
export interface OidcSigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  /** @returns 256 to 512 bytes. @throws FaceError `key_service_unavailable` */
  sign(data: Uint8Array, algorithm: OidcAlgorithm): Promise<Uint8Array>;
}

/** The keys of the OpenID provider at one moment. */
export interface OidcKeySet {
  readonly published: readonly PublicKey[];
  /** The first one signs; what the others signed may still be about. */
  readonly signing: readonly OidcSigningKey[];
  /** The first one signs cookies, all are good. */
  readonly cookieKeys: readonly [Credential, ...Credential[]];
}

/** The keys of the OpenID provider, which take turns. */
export interface OidcKeys {
  /** The set of now: the same object as before where nothing has changed. @throws FaceError `key_service_unavailable` */
  current(): Promise<OidcKeySet>;
}

/** @param certificate - for that key, DER */
export function toPublicKey({ kid, publicKey }: Omit<OidcSigningKey, 'sign'>, certificate: Uint8Array): PublicKey {
  const { n, e } = publicKey.export({ format: 'jwk' });
  if (n === undefined || e === undefined) throw new FaceError('config_invalid', { setting: 'OpenID keys' });
  const x5t = createHash('sha1').update(certificate).digest('base64url');
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e, x5c: [Buffer.from(certificate).toString('base64')], x5t };
}

/** What a key is called where it signs under that algorithm: verifiers hold a key to the one it is published with. */
export const kidUnder = (kid: string, algorithm: OidcAlgorithm): string =>
  algorithm === 'RS256' ? kid : `${kid}-${algorithm}`;

/** The same key, published for signatures under that algorithm. */
export const publishUnder = (key: PublicKey, algorithm: OidcAlgorithm): PublicKey => ({
  ...key,
  alg: algorithm,
  kid: kidUnder(key.kid, algorithm),
});
