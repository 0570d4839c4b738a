import { z } from 'zod';
import { clientFields, originsGuard } from '../../src/config/oidc-client.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';

const orgFields = {
  ...clientFields,
  orgUrls: originsGuard.describe('Addresses that people sign in at: the org’s own, and custom domains.'),
};

/**
 * @see https://help.okta.com/oie/en-us/Content/Topics/identity-engine/authenticators/configure-idp-authenticator.htm
 */
export const oktaFactorGuard = z
  .strictObject({
    ...orgFields,
    kind: z.literal('okta_factor').describe('The face check as a factor of sign-ins at Okta.'),
    trustClaims: z
      .boolean()
      .default(false)
      .describe(
        'Whether Okta counts the methods of the ID token. It counts a face only together with a possession factor such as a passkey.',
      ),
  })
  .transform(({ orgUrls, ...rest }) => ({
    ...rest,
    redirectUris: orgUrls.map((url) => `${url}/oauth2/v1/authorize/callback`),
  }));

/** @see https://developer.okta.com/docs/guides/idv-integration/main/ */
export const oktaIdvGuard = z
  .strictObject({
    ...orgFields,
    kind: z.literal('okta_idv').describe('The face check as an identity verification at Okta.'),
    termsOfUse: safeUrlGuard.describe(
      'Page with your terms of use, which Okta shows before the check. Only used by provisioning.',
    ),
    privacyPolicy: safeUrlGuard.describe(
      'Page with your privacy policy, which Okta shows before the check. Only used by provisioning.',
    ),
  })
  .transform(({ orgUrls, ...rest }) => ({
    ...rest,
    redirectUris: orgUrls.map((url) => `${url}/idp/identity-verification/callback`),
  }));

export type OktaFactor = z.output<typeof oktaFactorGuard>;

export type OktaIdv = z.output<typeof oktaIdvGuard>;

export type OktaClient = OktaFactor | OktaIdv;

/**
 * Returns true if there is at most one IDV client. For IDV, browsers send no client id, so the requests of two IDV
 * clients could not be distinguished.
 */
export const hasOneIdv = (clients: readonly { readonly kind: string }[]): boolean =>
  clients.filter(({ kind }) => kind === 'okta_idv').length <= 1;
