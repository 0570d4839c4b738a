export const credentialErrorText = {
  malformed: 'This is not a presentation of a credential.',
  signature: 'The credential is not signed by a key of the issuer.',
  issuer: 'The credential is from another issuer.',
  type: 'The credential is of another kind.',
  expired: 'The credential is not valid at this time.',
  disclosure: 'What is disclosed is not of this credential.',
  holder: 'Nobody proved to hold the key of this credential.',
  audience: 'The credential was shown to somebody else.',
  nonce: 'The credential was not shown upon this request.',
  stale: 'The credential was not shown now.',
  ended: 'The credential has ended.',
  status_unavailable: 'Whether the credential has ended could not be found out.',
  keys_unavailable: 'The keys of the issuer could not be had.',
} as const;

export type CredentialErrorCode = keyof typeof credentialErrorText;

/** Error of a refused credential. It does not contain the credential. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
  constructor(
    readonly code: CredentialErrorCode,
    options?: ErrorOptions,
  ) {
    super(credentialErrorText[code], options);
  }
}
