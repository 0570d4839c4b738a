import type { JsonObject } from '../../base/json.js';
import type { KeyMaterial } from '../concealed.js';

/** Versions count up from 1 and fit 16 bits. */
export type KeyVersion = number;

/** Holds the keys that seal tokens; the keys never leave it. */
export interface Keys {
  currentVersion(): Promise<KeyVersion>;
  /** Returns true if the key version exists here, even if the key service has disabled it for now. */
  holds(version: KeyVersion): Promise<boolean>;
  /**
   * HMAC-SHA-256 under the key of that version: 32 bytes.
   * @param message - 1 to 4,096 bytes
   * @throws `token_key_retired`, `key_service_unavailable`
   */
  mac(version: KeyVersion, message: Uint8Array): Promise<KeyMaterial>;
}

/** Type of a signed statement, in the header `typ` (RFC 8725, section 3.11). */
export type SignedType =
  | 'facestep-receipt+jwt'
  | 'facestep-audit-head+jwt'
  | 'facestep-erasure+jwt'
  /** A wallet credential (SD-JWT VC), without its disclosures. */
  | 'dc+sd-jwt'
  /** Status of credentials (Token Status List). */
  | 'statuslist+jwt';

/** The header `typ` of a document's signature. */
export type DetachedType = 'facestep-signature+jose';

/** Signs statements as compact JWS (RFC 7515) with key and type in the header. The private key never leaves it. */
export interface Signer {
  sign(type: SignedType, claims: JsonObject): Promise<string>;
  /**
   * Signs detached bytes: a compact JWS with an unencoded, detached payload (RFC 7797).
   * @param header - protected members besides algorithm, key and type, including `crit`
   */
  signDetached(type: DetachedType, header: JsonObject, payload: Uint8Array): Promise<string>;
  /** Returns the claims of a statement that it signed. Verifies only header and signature. @throws `receipt_invalid` */
  verify(type: SignedType, jws: string): Promise<unknown>;
  /** Returns JSON Web Keys (RFC 7517): the signing key, and former ones whose statements may still circulate. */
  publicKeys(): Promise<readonly JsonObject[]>;
}
