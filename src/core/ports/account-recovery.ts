import type { RecoveryCredential } from '../secrets.js';
import type { EpochMs } from '../units.js';

/**
 * What a person signs in with after a recovery.
 * - `temporary_access_pass`, `temporary_access_code`: used once, in place of the password
 * - `temporary_password`: must be changed at the next sign-in
 * - `mfa_token`: used once, in place of a lost factor
 */
export const recoveryCredentialKinds = [
  'temporary_access_pass',
  'temporary_access_code',
  'temporary_password',
  'mfa_token',
] as const;
export type RecoveryCredentialKind = (typeof recoveryCredentialKinds)[number];

export interface IssuedCredential {
  readonly credential: RecoveryCredential;
  /** `null` if the provider does not tell. */
  readonly expiresAt: EpochMs | null;
  /** The provider's id of the credential. `null` if it has none. */
  readonly id: string | null;
}

/**
 * Gives people a working credential at the provider. It never checks who the person is: only `src/recovery` calls it.
 * `subject` is the immutable user id.
 */
export interface AccountRecovery {
  readonly credentialKind: RecoveryCredentialKind;
  /** Page where the person enters the credential. `null` if only the application knows it. */
  readonly signInUrl: string | null;
  /**
   * Checks, without any change, that the provider would issue a credential that works for this person: the account is
   * active, and a policy or authenticator allows it.
   * @throws `credential_refused`, with the reason; `provider_refused`, with the missing permissions; `subject_unknown`,
   * `profile_unavailable`
   */
  checkIssuable(subject: string): Promise<void>;
  /**
   * Issues one credential with the shortest life that the provider allows, which ends a former one of this kind. A
   * credential that would not work is ended again, and refused.
   * @throws as `checkIssuable`
   */
  issueCredential(subject: string): Promise<IssuedCredential>;
  /**
   * Ends a credential. Idempotent.
   * @param id - `null` if the answer to `issueCredential` was lost: ends every credential of this kind
   * @returns `expires` if the provider cannot end it, so that it works until it expires
   * @throws `subject_unknown`, `profile_unavailable`
   */
  revokeCredential(subject: string, id: string | null): Promise<'ended' | 'expires'>;
  /** Returns true if the provider still lists a credential. Absent if it lists none. */
  readonly isListed?: (subject: string, id: string) => Promise<boolean>;
  /**
   * Ends the password, also one that was chosen with the credential, and all sessions, because the wrong person got it.
   * Absent where the credential gives no password.
   * @throws `subject_unknown`, `profile_unavailable`
   */
  readonly endPassword?: (subject: string) => Promise<void>;
}
