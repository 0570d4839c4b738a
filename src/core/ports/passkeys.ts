import type { JsonObject } from '../../base/json.js';
import type { UserSecret } from '../concealed.js';

/** Factors of a check (RFC 8176): PIN, hardware-bound key, or synced key; `otp` alone: a code instead of a face. */
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
  /** Signature counter of the authenticator; always 0 without one. */
  readonly counter: number;
  /** Transports to the authenticator: `internal`, `usb`, `nfc`, `hybrid`, or future ones. */
  readonly transports: readonly string[];
  readonly backupEligible: boolean;
}

/** Response of an authenticator to a creation, base64url. Unverified. */
export interface CreationAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
  /** The PRF output, if the authenticator returns one at creation. */
  readonly prf: UserSecret | null;
}

/** Response of an authenticator to an assertion, base64url. Unverified. */
export interface AssertionAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly prf: UserSecret | null;
}

/** Response of the browser: a creation, perhaps with a first assertion, or an assertion. */
export interface PasskeyAnswer {
  readonly creation: CreationAnswer | null;
  readonly assertion: AssertionAnswer | null;
}

export interface ProvenPasskey {
  readonly secret: UserSecret;
  readonly method: 'hwk' | 'swk';
  readonly credential: PasskeyCredential;
}

/** Creates options of WebAuthn ceremonies and verifies the responses. Stateless. */
export interface Passkeys {
  /**
   * @param request.challenge - base64url
   * @param request.salt - 32 bytes: the input of the PRF
   * @param request.user - a pseudonymous id (at most 64 bytes), and the name that the authenticator shows
   * @param request.organisation - shown on the page; `null`: none
   * @returns PublicKeyCredentialCreationOptionsJSON
   */
  creationOptions(request: {
    readonly challenge: string;
    readonly salt: Uint8Array;
    readonly user: { readonly id: Uint8Array; readonly name: string };
    readonly organisation: string | null;
  }): JsonObject;
  /** @returns PublicKeyCredentialRequestOptionsJSON */
  requestOptions(request: {
    readonly challenge: string;
    readonly salt: Uint8Array;
    readonly credential: Pick<PasskeyCredential, 'id' | 'transports'>;
  }): JsonObject;
  /** @returns `null` if the verification fails or the PRF output is missing */
  verifyCreation(
    answer: PasskeyAnswer,
    expected: { readonly expectedChallenge: string },
  ): Promise<ProvenPasskey | null>;
  /** @returns `null` if the verification fails or the PRF output is missing */
  verifyAssertion(
    answer: AssertionAnswer,
    expected: { readonly expectedChallenge: string; readonly credential: PasskeyCredential },
  ): Promise<ProvenPasskey | null>;
}
