import type { JsonObject } from '../../base/json.js';
import type { UserSecret } from '../concealed.js';

/** RFC 8176: PIN, hardware-bound key, or synced key; `otp` alone: a code instead of a face. */
export const authenticationMethods = ['face', 'pin', 'hwk', 'swk', 'otp'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

export interface PresentedSecret {
  readonly value: UserSecret;
  readonly method: Exclude<AuthenticationMethod, 'face' | 'otp'>;
}

export interface PasskeyCredential {
  /** base64url, at most 1,023 bytes. */
  readonly id: string;
  /** The COSE key, base64url. */
  readonly publicKey: string;
  /** Always 0 without a counter. */
  readonly counter: number;
  /** `internal`, `usb`, `nfc`, `hybrid`, or future ones. */
  readonly transports: readonly string[];
  readonly backupEligible: boolean;
}

/** Base64url. Unverified. */
export interface CreationAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
  /** If returned at creation. */
  readonly prf: UserSecret | null;
}

/** Base64url. Unverified. */
export interface AssertionAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly prf: UserSecret | null;
}

/** A creation, perhaps with a first assertion, or an assertion. */
export interface PasskeyAnswer {
  readonly creation: CreationAnswer | null;
  readonly assertion: AssertionAnswer | null;
}

export interface ProvenPasskey {
  readonly secret: UserSecret;
  readonly method: 'hwk' | 'swk';
  readonly credential: PasskeyCredential;
}

/** Options and verification of WebAuthn ceremonies. Stateless. */
export interface Passkeys {
  /**
   * @param request.challenge - base64url
   * @param request.salt - PRF input, 32 bytes
   * @param request.user - a pseudonymous id (at most 64 bytes), and the displayed name
   * @param request.organisation - `null`: none
   * @returns PublicKeyCredentialCreationOptionsJSON
   */
  creationOptions(request: {
    readonly challenge: string;
    readonly salt: Uint8Array;
    readonly user: { readonly id: Uint8Array; readonly name: string };
    readonly organisation: string | null;
  }): JsonObject;
  requestOptions(request: {
    readonly challenge: string;
    readonly salt: Uint8Array;
    readonly credential: Pick<PasskeyCredential, 'id' | 'transports'>;
  }): JsonObject;
  /** @returns `null` if it fails, or without a PRF output */
  verifyCreation(
    answer: PasskeyAnswer,
    expected: { readonly expectedChallenge: string },
  ): Promise<ProvenPasskey | null>;
  /** @returns `null` if it fails, or without a PRF output */
  verifyAssertion(
    answer: AssertionAnswer,
    expected: { readonly expectedChallenge: string; readonly credential: PasskeyCredential },
  ): Promise<ProvenPasskey | null>;
}
