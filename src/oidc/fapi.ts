import type { ClientMetadata, KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../core/ports.js';
import { toEpochSec } from '../core/units.js';
import { oidcErrors } from './library.js';

/*
 * Clients under the FAPI 2.0 Security Profile. What binds their access tokens is DPoP alone: a proxy ends TLS before this
 * service, so that it never sees a client's certificate.
 * https://openid.net/specs/fapi-security-profile-2_0-final.html
 */

/** What the profile asks of a client, beside keys and pushed requests. */
export const fapiMetadata = {
  dpop_bound_access_tokens: true,
  id_token_signed_response_alg: 'PS256',
} as const;

/** Whether a client is under the profile. */
export const isFapi = (metadata: ClientMetadata): boolean => metadata.dpop_bound_access_tokens === true;

/** How far ahead an assertion may be dated, in seconds. */
const mostAheadSec = 60;

/**
 * The profile's demands on an assertion that a client authenticates with: its audience is the issuer alone, it is of now (section
 * 5.3.2.1), and RS256 is no signature (section 5.4.1). Other clients may do as RFC 7523 has it.
 */
export const createCheckAssertion =
  (clock: Clock) =>
  async (
    context: KoaContextWithOIDC,
    { aud, iat }: { readonly aud?: unknown; readonly iat?: unknown },
    { alg }: { readonly alg?: unknown },
  ): Promise<void> => {
    if (!context.oidc.isFapi('2.0')) return;
    if (aud !== context.oidc.issuer) throw new oidcErrors.InvalidClientAuth('aud is not the issuer');
    const isAhead = typeof iat === 'number' && iat > toEpochSec(clock.now()) + mostAheadSec;
    if (isAhead) throw new oidcErrors.InvalidClientAuth('iat is too far in the future');
    if (alg === 'RS256') throw new oidcErrors.InvalidClientAuth('RS256 is not allowed');
  };
