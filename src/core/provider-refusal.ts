import { z } from 'zod';
import { FaceError, type Json } from '../errors.js';

const isFinal = (status: number): boolean => status !== 408 && status !== 429;

const refusedGuard = z.union([
  z.object({ status: z.int().min(400).max(499).refine(isFinal) }),
  z.object({ refusal: z.literal(['invalid_client', 'invalid_request']) }),
]);

/** Returns `provider_refused` if the provider did answer, with a status or a code of OAuth 2.0 that says that the request is at fault. */
export function nameProviderRefusal(error: FaceError): FaceError {
  const isRefusal = error.code === 'profile_unavailable' && refusedGuard.safeParse(error.detail).success;
  return isRefusal ? new FaceError('provider_refused', error.detail, { cause: error }) : error;
}

/** Returns true if the host of the provider does not exist. */
export const isUnknownHost = (detail: Json): boolean =>
  z.object({ host: z.literal('unknown') }).safeParse(detail).success;

/** Codes of OAuth 2.0 (RFC 6749, RFC 9449) and AWS for credentials that are wrong, in place of the status 401. */
const credentialCodes: ReadonlySet<unknown> = new Set([
  'invalid_client',
  'invalid_dpop_proof',
  'unauthorized_client',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'InvalidClientTokenId',
  'ExpiredTokenException',
  'MissingAuthenticationTokenException',
]);

const answerGuard = z.object({
  status: z.unknown().optional(),
  code: z.unknown().optional(),
  refusal: z.unknown().optional(),
});

/** Returns true if the provider refused the credentials themselves, which more permissions would not change. */
export function isCredentialRefusal({ code, detail }: FaceError): boolean {
  if (code !== 'provider_refused' && code !== 'profile_unavailable') return false;
  const { data } = answerGuard.safeParse(detail);
  return data?.status === 401 || credentialCodes.has(data?.code) || credentialCodes.has(data?.refusal);
}
