import type { ClientMetadata, KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../core/ports.js';
import { toEpochSec } from '../core/units.js';
import { oidcErrors } from './library.js';

/*
 * Clients under the FAPI 2.0 Security Profile. Their access tokens are bound by DPoP, not by certificates, because a
 * proxy terminates TLS.
 * https://openid.net/specs/fapi-security-profile-2_0-final.html
 */

/** Client metadata that the FAPI profile requires, besides the client's keys and pushed authorization requests. */
export const fapiMetadata = {
  dpop_bound_access_tokens: true,
  id_token_signed_response_alg: 'PS256',
} as const;

export const isFapi = (metadata: ClientMetadata): boolean => metadata.dpop_bound_access_tokens === true;

const mostAheadSec = 60;

/**
 * Creates the check of client assertions under the profile: the issuer is the only audience, the assertion is recent
 * (section 5.3.2.1), and not signed with RS256 (section 5.4.1). Other clients follow RFC 7523.
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
