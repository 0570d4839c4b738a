import type { JsonObject } from '../base/json.js';
import type { UserSecret } from '../secrets.js';

/**
 * Methods of RFC 8176. `hwk` is a hardware-bound and `swk` a synced key. `otp` alone means a code instead of a face.
 */
export const authenticationMethods = ['face', 'pin', 'hwk', 'swk', 'otp'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

export interface PresentedSecret {
  /** `null` for a passkey from which no secret is derived. */
  readonly value: UserSecret | null;
  readonly method: Exclude<AuthenticationMethod, 'face' | 'otp'>;
}

export interface PasskeyCredential {
  /** Credential id in base64url, at most 1,023 bytes. */
  readonly id: string;
  /** COSE key in base64url. */
  readonly publicKey: string;
  /** Signature counter. Always 0 if the authenticator has none. */
  readonly counter: number;
  /** `internal`, `usb`, `nfc`, `hybrid`, or future values. */
  readonly transports: readonly string[];
  readonly backupEligible: boolean;
  /** True if the page derives the user secret from the PRF output. */
  readonly hardened: boolean;
}

/** Response to a creation, in base64url. Unverified. */
export interface CreationAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
  readonly prf: UserSecret | null;
}

/** Response to an assertion, in base64url. Unverified. */
export interface AssertionAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly prf: UserSecret | null;
}

export interface PasskeyAnswer {
  readonly creation: CreationAnswer | null;
  readonly assertion: AssertionAnswer | null;
}

export interface ProvenPasskey {
  /** Derived from the PRF output. `null` if the authenticator returned none. */
  readonly secret: UserSecret | null;
  readonly method: 'hwk' | 'swk';
  readonly credential: PasskeyCredential;
}

/** Options and verification of WebAuthn ceremonies. Stateless. */
export interface Passkeys {
  /**
   * Returns PublicKeyCredentialCreationOptionsJSON.
   * @param request.challenge - base64url
   * @param request.salt - PRF input, 32 bytes. `null`: no secret is derived
   * @param request.user - pseudonymous id of at most 64 bytes, and displayed name
   * @param request.organisation - `null` for none
   */
  creationOptions(request: {
    readonly challenge: string;
    readonly salt: Uint8Array | null;
    readonly user: { readonly id: Uint8Array; readonly name: string };
    readonly organisation: string | null;
  }): JsonObject;
  requestOptions(request: {
    readonly challenge: string;
    readonly salt: Uint8Array | null;
    readonly credential: Pick<PasskeyCredential, 'id' | 'transports' | 'hardened'>;
  }): JsonObject;
  /** @returns `null` if verification fails */
  verifyCreation(
    answer: PasskeyAnswer,
    expected: { readonly expectedChallenge: string },
  ): Promise<ProvenPasskey | null>;
  /** @returns `null` if verification fails */
  verifyAssertion(
    answer: AssertionAnswer,
    expected: { readonly expectedChallenge: string; readonly credential: PasskeyCredential },
  ): Promise<ProvenPasskey | null>;
}
