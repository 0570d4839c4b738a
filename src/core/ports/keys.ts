import type { JsonObject } from '../../base/json.js';
import type { KeyMaterial } from '../concealed.js';

/** Versions count up from 1 and fit 16 bits. */
export type KeyVersion = number;

/** Holds the keys that seal tokens; the keys themselves never leave it. */
export interface Keys {
  currentVersion(): Promise<KeyVersion>;
  /**
   * Whether there is a key of that version here, so that its tokens may be opened: now, or once a key service that has
   * disabled the key enables it again.
   */
  holds(version: KeyVersion): Promise<boolean>;
  /**
   * HMAC-SHA-256 under the key of that version: 32 bytes.
   * @param message - 1 to 4,096 bytes
   * @throws FaceError `token_key_retired`, `key_service_unavailable`
   */
  mac(version: KeyVersion, message: Uint8Array): Promise<KeyMaterial>;
}

/** What is signed, told by the header `typ` (RFC 8725, section 3.11). */
export type SignedType =
  | 'facestep-receipt+jwt'
  | 'facestep-audit-head+jwt'
  | 'facestep-erasure+jwt'
  /** A credential that a person carries (SD-JWT VC), without its disclosures. */
  | 'dc+sd-jwt'
  /** Which credentials have ended (Token Status List). */
  | 'statuslist+jwt';

/** The header `typ` of a document's signature. */
export type DetachedType = 'facestep-signature+jose';

/**
 * Signs statements of this service; the private key never leaves it. A statement is a compact JWS (RFC 7515) whose header
 * tells the key and the type.
 */
export interface Signer {
  sign(type: SignedType, claims: JsonObject): Promise<string>;
  /**
   * Signs bytes that stay outside of what is signed about them: a compact JWS without its payload, which is not encoded
   * (RFC 7797).
   * @param header - protected members beside algorithm, key and type; it says what of it is critical
   */
  signDetached(type: DetachedType, header: JsonObject, payload: Uint8Array): Promise<string>;
  /**
   * The claims of a statement of that type it signed: nothing but header and signature is checked.
   * @throws FaceError `receipt_invalid`
   */
  verify(type: SignedType, jws: string): Promise<unknown>;
  /** JSON Web Keys (RFC 7517): the one that signs, and others whose statements may still be about. */
  publicKeys(): Promise<readonly JsonObject[]>;
}
