export { type Action, digestAction } from './action.js';
export { CredentialError, type CredentialErrorCode } from './credential-error.js';
export {
  type CredentialVerifier,
  createCredentialVerifier,
  type ExpectedPresentation,
  type PresentedCredential,
} from './credential-verifier.js';
export type { Binding } from './faces.js';
export { createFacestepClient, type FacestepClient, type StepUpRequest } from './journey.js';
export {
  type ExpectedReceipt,
  type ReceiptClaims,
  ReceiptError,
  type ReceiptErrorCode,
  type RecoveryReceiptClaims,
} from './receipt-claims.js';
export { createReceiptVerifier, type KeySet, type ReceiptVerifier, type RemoteKeys } from './receipt-verifier.js';
export { FacestepError, type Fetch, type PhotoBytes } from './server-call.js';
export { signatureAudience } from './signature-header.js';
export {
  createSignatureVerifier,
  type DocumentSignature,
  SignatureError,
  type SignatureErrorCode,
  type SignatureVerifier,
} from './signature-verifier.js';
