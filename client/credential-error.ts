export const credentialErrorText = {
  malformed: 'This is not a presentation of a credential.',
  signature: 'The credential is not signed by a key of the issuer.',
  issuer: 'The credential is from another issuer.',
  type: 'The credential is of another type.',
  expired: 'The credential is not valid at this time.',
  disclosure: 'A disclosed claim does not belong to this credential.',
  holder: 'The presentation has no valid proof of the holder’s key.',
  audience: 'The credential was presented to another verifier.',
  nonce: 'The presentation does not answer this request.',
  stale: 'The presentation was not created within the allowed time.',
  ended: 'The credential was revoked or suspended.',
  status_unavailable: 'The revocation status of the credential is not available.',
  keys_unavailable: 'The keys of the issuer are not available.',
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
