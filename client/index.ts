export type { Binding } from './faces.js';
export { createFacestepClient, type FacestepClient, type StepUpRequest } from './journey.js';
export {
  createReceiptVerifier,
  type ExpectedReceipt,
  type KeySet,
  type ReceiptClaims,
  ReceiptError,
  type ReceiptErrorCode,
  type ReceiptVerifier,
  type RemoteKeys,
} from './receipt-verifier.js';
export { FacestepError, type Fetch, type PhotoBytes } from './server-call.js';
