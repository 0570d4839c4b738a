import { z } from 'zod';
import { clientFields, originsGuard } from '../../src/config/oidc-client.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';

/** Every domain people sign in at: the org's own, and its custom domains. */
const orgFields = { ...clientFields, orgUrls: originsGuard };

/**
 * An Okta org, for which the face check is a factor of its sign-ins.
 * @see https://help.okta.com/oie/en-us/Content/Topics/identity-engine/authenticators/configure-idp-authenticator.htm
 */
export const oktaFactorGuard = z
  .strictObject({
    ...orgFields,
    kind: z.literal('okta_factor'),
    /** Whether Okta counts the methods of our ID token; it takes a face for one only beside a possession: a passkey. */
    trustClaims: z.boolean().default(false),
  })
  .transform(({ orgUrls, ...rest }) => ({
    ...rest,
    redirectUris: orgUrls.map((url) => `${url}/oauth2/v1/authorize/callback`),
  }));

/**
 * An Okta org, for which the face check is a custom identity verification of its account management policy.
 * @see https://developer.okta.com/docs/guides/idv-integration/main/
 */
export const oktaIdvGuard = z
  .strictObject({
    ...orgFields,
    kind: z.literal('okta_idv'),
    /** Pages of yours that Okta shows a person before it sends them here; used by provisioning alone. */
    termsOfUse: safeUrlGuard,
    privacyPolicy: safeUrlGuard,
  })
  .transform(({ orgUrls, ...rest }) => ({
    ...rest,
    redirectUris: orgUrls.map((url) => `${url}/idp/identity-verification/callback`),
  }));

/** Okta as one for which the face check is a factor. */
export type OktaFactor = z.output<typeof oktaFactorGuard>;

/** Okta as one for which it is an identity verification. */
export type OktaIdv = z.output<typeof oktaIdvGuard>;

/** Okta as a client of the connection's OpenID provider. */
export type OktaClient = OktaFactor | OktaIdv;

/** Its browsers come without a client id: whoever comes so is of this one. */
export const hasOneIdv = (clients: readonly { readonly kind: string }[]): boolean =>
  clients.filter(({ kind }) => kind === 'okta_idv').length <= 1;
