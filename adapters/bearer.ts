import { errors } from 'jose';
import { FaceError } from '../src/errors.js';
import type { RawHead } from './hook.js';

/** How it looks when an issuer's keys could not be had: no connection, no answer in time, a status, no key set. */
const keysMissing = new Set(['keys_unreachable', 'ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID']);

/**
 * The bearer token of a call (RFC 6750, section 2.1). Nothing of it is verified.
 * @throws FaceError `caller_untrusted`: there is none, or more than one
 */
export function readBearer(headers: RawHead['headers']): string {
  const bearer = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new FaceError('caller_untrusted');
  return bearer;
}

/**
 * Why a bearer token was not believed. Without the issuer's keys nobody can be told from the provider: that is an outage
 * of it, `profile_unavailable`, and no stranger.
 */
export function toBearerRefusal(error: unknown): FaceError {
  const reason = error instanceof errors.JOSEError ? error.code : 'keys_unreachable';
  return new FaceError(keysMissing.has(reason) ? 'profile_unavailable' : 'caller_untrusted', { bearer: reason });
}
