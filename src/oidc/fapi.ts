import type { ClientMetadata, KoaContextWithOIDC } from 'oidc-provider';
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

/**
 * The profile's demands on an assertion that a client authenticates with: its audience is the issuer alone, and RS256 is no
 * signature (section 5.4.1). Other clients may do as RFC 7523 has it.
 */
export async function checkAssertion(
  context: KoaContextWithOIDC,
  claims: { readonly aud?: unknown },
  header: { readonly alg?: unknown },
): Promise<void> {
  if (!context.oidc.isFapi('2.0')) return;
  if (claims.aud !== context.oidc.issuer) throw new oidcErrors.InvalidClientAuth('aud is not the issuer');
  if (header.alg === 'RS256') throw new oidcErrors.InvalidClientAuth('RS256 is not allowed');
}
