import { errors } from 'jose';
import { FaceError } from '../errors.js';
import type { RawHead } from './hook.js';

/** Error codes when an issuer's keys could not be fetched: no connection, time-out, bad status, no key set. */
const keysMissing = new Set(['keys_unreachable', 'ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID']);

/**
 * Returns the bearer token of a call (RFC 6750, section 2.1), unverified.
 * @throws FaceError `caller_untrusted`: none, or more than one
 */
export function readBearer(headers: RawHead['headers']): string {
  const bearer = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new FaceError('caller_untrusted');
  return bearer;
}

/** Returns the refusal of a bearer token; `profile_unavailable` if the issuer's keys could not be fetched. */
export function toBearerRefusal(error: unknown): FaceError {
  const reason = error instanceof errors.JOSEError ? error.code : 'keys_unreachable';
  return new FaceError(keysMissing.has(reason) ? 'profile_unavailable' : 'caller_untrusted', { bearer: reason });
}
