import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { AuthorizationRequest, Person } from '../connections/openid-client.js';
import { oidcErrors } from './library.js';

const subGuard = z.object({ sub: z.string() });

/** Returns the subject of an ID token hint, which the library has verified. */
export const hintedSubject = ({ id_token_hint: hint }: AuthorizationRequest['params']): string | undefined =>
  hint === undefined ? undefined : subGuard.parse(decodeJwt(hint)).sub;

/**
 * Checks that the person is the subject that the request's `claims` and ID token hint require.
 * @throws oidcErrors.LoginRequired
 * @see https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest and section 5.5.1
 */
export function checkSubject(
  { claims: { sub } }: Person,
  { params, requested }: Pick<AuthorizationRequest, 'params' | 'requested'>,
): void {
  const isAnother = [requested.sub, hintedSubject(params)].some(
    (demanded) => demanded !== undefined && demanded !== sub,
  );
  if (isAnother) throw new oidcErrors.LoginRequired('requested subject could not be obtained');
}
