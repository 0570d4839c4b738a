import type { JsonObject } from '../../base/json.js';
import type { UserSecret } from '../concealed.js';

/**
 * What took part in a check, in the words of RFC 8176: a PIN, a key that stays in its hardware, or one that is synced; `otp`
 * alone: no face was checked, and a code was given instead.
 */
export const authenticationMethods = ['face', 'pin', 'hwk', 'swk', 'otp'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** A user's secret as it was presented, and what it came from. */
export interface PresentedSecret {
  readonly value: UserSecret;
  readonly method: Exclude<AuthenticationMethod, 'face' | 'otp'>;
}

/** What is kept of a WebAuthn credential: nothing of it is secret or biometric. */
export interface PasskeyCredential {
  /** base64url, at most 1,023 bytes. */
  readonly id: string;
  /** The COSE key, base64url. */
  readonly publicKey: string;
  /** Signatures so far as the authenticator counts them; 0 for ever where it does not count. */
  readonly counter: number;
  /** How the browser reaches the authenticator: `internal`, `usb`, `nfc`, `hybrid`, or what comes next. */
  readonly transports: readonly string[];
  /** Whether the authenticator may copy the credential to other devices. */
  readonly backupEligible: boolean;
}

/** What an authenticator answered when a credential was made, base64url. Nothing of it is verified. */
export interface CreationAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
  /** The PRF output, where the authenticator gives one at once. */
  readonly prf: UserSecret | null;
}

/** What an authenticator answered when a credential was used, base64url. Nothing of it is verified. */
export interface AssertionAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly prf: UserSecret | null;
}

/** What the browser sends after a ceremony: a new credential, perhaps with its first use; or the use of one. */
export interface PasskeyAnswer {
  readonly creation: CreationAnswer | null;
  readonly assertion: AssertionAnswer | null;
}

/** A credential that proved itself, and the PRF output that came with it. */
export interface ProvenPasskey {
  readonly secret: UserSecret;
  readonly method: 'hwk' | 'swk';
  /** As it is to be kept from now on. */
  readonly credential: PasskeyCredential;
}

/** Makes the options of WebAuthn ceremonies and verifies what came back. It keeps nothing. */
export interface Passkeys {
  /**
   * @param request.challenge - base64url
   * @param request.salt - 32 bytes: the input of the PRF
   * @param request.user - the id (at most 64 bytes) names nobody; the name is what the authenticator shows
   * @param request.organisation - whose page it is; `null` names nobody
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
  /** @returns `null` where anything is not as it must be, or no PRF output came */
  verifyCreation(
    answer: PasskeyAnswer,
    expected: { readonly expectedChallenge: string },
  ): Promise<ProvenPasskey | null>;
  /** @returns `null` where anything is not as it must be, or no PRF output came */
  verifyAssertion(
    answer: AssertionAnswer,
    expected: { readonly expectedChallenge: string; readonly credential: PasskeyCredential },
  ): Promise<ProvenPasskey | null>;
}
