import { errors } from 'jose';
import { FaceError } from '../errors.js';
import type { RawHead } from './hook.js';

/** Error codes which mean that an issuer's keys could not be fetched. The token may then still be valid. */
const keysMissing = new Set(['keys_unreachable', 'ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID']);

export function readBearer(headers: RawHead['headers']): string {
  const bearer = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new FaceError('caller_untrusted');
  return bearer;
}

export function toBearerRefusal(error: unknown): FaceError {
  const reason = error instanceof errors.JOSEError ? error.code : 'keys_unreachable';
  return new FaceError(keysMissing.has(reason) ? 'profile_unavailable' : 'caller_untrusted', { bearer: reason });
}
