import { kidUnder, type OidcAlgorithm, type OidcSigningKey } from '../storage/keys/oidc-key-set.js';
import { ExternalSigningKey } from './library.js';

/** Wraps a signing key for the library, which never gets the private key. */
export function toLibraryKey({ kid, publicKey, sign }: OidcSigningKey, algorithm: OidcAlgorithm): ExternalSigningKey {
  return new (class extends ExternalSigningKey {
    override get kid() {
      return kidUnder(kid, algorithm);
    }
    override get alg() {
      return algorithm;
    }
    override keyObject() {
      return publicKey;
    }
    override sign(data: Uint8Array) {
      return sign(data, algorithm);
    }
  })();
}
