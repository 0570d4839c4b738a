import type { JsonObject, Serializable } from '../base/json.js';
import type { KeyMaterial } from '../secrets.js';

/** Versions count up from 1 and fit in 16 bits. */
export type KeyVersion = number;

/** A key service. The keys never leave it. */
export interface Keys {
  currentVersion(): Promise<KeyVersion>;
  /** Returns true if the key exists, even if it is disabled for now. */
  holds(version: KeyVersion): Promise<boolean>;
  /**
   * Computes an HMAC-SHA-256 of 32 bytes.
   * @param message - 1 to 4,096 bytes
   * @throws `token_key_retired`, `key_service_unavailable`
   */
  mac(version: KeyVersion, message: Uint8Array): Promise<KeyMaterial>;
}

/** Header `typ` (RFC 8725, section 3.11). */
export type SignedType =
  | 'facestep-receipt+jwt'
  | 'facestep-recovery+jwt'
  | 'facestep-audit-head+jwt'
  | 'facestep-erasure+jwt'
  | 'facestep-contract+jwt'
  | 'facestep-proof+jwt'
  | 'dc+sd-jwt'
  /** Token Status List. */
  | 'statuslist+jwt';

export type DetachedType = 'facestep-signature+jose';

/** Signs statements as compact JWS (RFC 7515). The private key never leaves the signer. */
export interface Signer {
  sign(type: SignedType, claims: Serializable): Promise<string>;
  /**
   * Signs bytes with a detached signature (RFC 7797).
   * @param header - further protected header members, including `crit`
   */
  signDetached(type: DetachedType, header: JsonObject, payload: Uint8Array): Promise<string>;
  /**
   * Returns a statement's claims after verifying signature and header, but not the claims. @throws `receipt_invalid`
   */
  verify(type: SignedType, jws: string): Promise<unknown>;
  /** Returns JSON Web Keys (RFC 7517), including previous keys whose statements may still be in use. */
  publicKeys(): Promise<readonly JsonObject[]>;
}
