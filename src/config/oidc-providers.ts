import { z } from 'zod';
import { clientIdGuard, clientSecretGuard, redirectUriGuard } from './oidc-client.js';
import { safeUrlGuard } from './safe-url.js';

/*
 * Identity providers that send their own users here. Where a provider takes its answers is fixed, so that it is derived
 * and not configured, where it is documented.
 */

const originGuard = safeUrlGuard
  .refine((text) => !URL.canParse(text) || new URL(text).pathname === '/', 'expected an address without a path')
  .transform((text) => text.replace(/\/$/, ''));

const originsGuard = z.array(originGuard).min(1).max(10);

const clientFields = { id: clientIdGuard, secret: clientSecretGuard };

/** Every domain people sign in at: the org's own, and its custom domains. */
const oktaFields = { ...clientFields, orgUrls: originsGuard };

/**
 * An Okta org, for which the face check is a factor of its sign-ins.
 * @see https://help.okta.com/oie/en-us/Content/Topics/identity-engine/authenticators/configure-idp-authenticator.htm
 */
export const oktaFactorGuard = z
  .strictObject({ ...oktaFields, kind: z.literal('okta_factor') })
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
    ...oktaFields,
    kind: z.literal('okta_idv'),
    /** Pages of yours that Okta shows a person before it sends them here; used by provisioning alone. */
    termsOfUse: safeUrlGuard,
    privacyPolicy: safeUrlGuard,
  })
  .transform(({ orgUrls, ...rest }) => ({
    ...rest,
    redirectUris: orgUrls.map((url) => `${url}/idp/identity-verification/callback`),
  }));

/**
 * A OneLogin account, for which the face check is a "Trusted IdP as a Factor".
 * @see https://docs.xfa.tech/docs/integration-guides/configure-on-idp/onelogin
 */
export const oneloginFactorGuard = z.strictObject({
  ...clientFields,
  kind: z.literal('onelogin_factor'),
  /** As the page of the trusted IdP in OneLogin's console shows it: it is not documented. */
  redirectUris: z.array(redirectUriGuard).min(1).max(10),
});

/**
 * A Cognito user pool, whose managed login offers the face check as a federated sign-in.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html
 */
export const cognitoClientGuard = z
  .strictObject({
    ...clientFields,
    kind: z.literal('cognito'),
    /** Every domain of the user pool: Amazon's prefix domain, and a custom one. */
    domains: originsGuard,
  })
  .transform(({ domains, ...rest }) => ({ ...rest, redirectUris: domains.map((url) => `${url}/oauth2/idpresponse`) }));

/** A provider that names its user by login, or has the person say it. */
export type LoginClientConfig =
  | z.output<typeof oktaFactorGuard>
  | z.output<typeof oneloginFactorGuard>
  | z.output<typeof cognitoClientGuard>;

/** Okta's identity verification. */
export type OktaIdvConfig = z.output<typeof oktaIdvGuard>;

/** The kind of connection that a client's kind belongs to; kinds that fit any are not listed. */
export const connectionKindOf: Readonly<Record<string, string>> = {
  entra_external_mfa: 'entra',
  okta_factor: 'okta',
  okta_idv: 'okta',
  onelogin_factor: 'onelogin',
  cognito: 'cognito',
};
