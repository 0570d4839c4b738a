import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import type { ConnectionAdditions } from '../../src/config/additions.js';
import { createConnectionFields } from '../../src/config/connection.js';
import { credentialGuard, headerCredentialGuard, secretMark } from '../../src/config/credential.js';
import { oidcOf } from '../../src/config/oidc.js';
import { clientFields, originsGuard } from '../../src/config/oidc-client.js';
import { originGuard, safeUrlGuard } from '../../src/config/safe-url.js';

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

/** Okta's base attributes, which the enrolment token must not overwrite. */
const baseAttributes = new Set(
  (
    'login email secondEmail firstName lastName middleName honorificPrefix honorificSuffix title displayName nickName ' +
    'profileUrl primaryPhone mobilePhone streetAddress city state zipCode countryCode postalAddress preferredLanguage ' +
    'locale timezone userType employeeNumber costCenter organization division department managerId manager'
  )
    .toLowerCase()
    .split(' '),
);

const jwkGuard = z.looseObject({ kty: z.string() });

const isRsaKey = (text: string): boolean => {
  try {
    const key = text.trimStart().startsWith('{')
      ? createPrivateKey({ key: jwkGuard.parse(JSON.parse(text)), format: 'jwk' })
      : createPrivateKey(text);
    return key.asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

const apiAuthGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('api_token').describe('An API token.'),
    token: headerCredentialGuard.describe('Secret. API token of an administrator.'),
  }),
  z.strictObject({
    kind: z.literal('private_key').describe('A service application with a key pair.'),
    clientId: z.string().min(1).max(256).describe('Client id of the API service application.'),
    /** RSA only, because the SDK always signs DPoP proofs with RS256. */
    privateKey: credentialGuard
      .refine((key) => key.use(isRsaKey), 'expected an RSA private key as PEM or JWK')
      .describe('Secret. RSA key as PEM or JWK.'),
    keyId: z.string().min(1).max(256).describe('Id of the key.'),
    scopes: z
      .array(z.string().regex(/^okta\.[A-Za-z.]+$/))
      .min(1)
      .default(['okta.users.read', 'okta.users.manage'])
      .describe('Scopes of the access token.'),
  }),
]);

const hookSecretGuard = z.string().min(16).pipe(headerCredentialGuard).meta(secretMark);

const callersGuard = z
  .strictObject({
    secret: z
      .strictObject({
        header: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,64}$/)
          .transform((name) => name.toLowerCase())
          .default('authorization')
          .describe('Name of the header.'),
        value: hookSecretGuard.describe('Secret. Value of the header, at least 16 characters.'),
      })
      .optional()
      .describe('Header of hooks with an HTTP channel.'),
    previousSecret: hookSecretGuard
      .optional()
      .describe('Secret. Former value of the header, accepted while it is replaced.'),
    oauth: z
      .strictObject({
        issuer: safeUrlGuard.describe('Authorization server of the token.'),
        audience: z.string().min(1).max(1024).describe('Audience of the token.'),
        /** Client whose access tokens Okta sends. Tokens of other clients are refused. */
        clientId: z.string().min(1).max(256).describe('Client of the token.'),
        jwksUri: safeUrlGuard.optional().describe('Address of the issuer’s keys. Default: `<issuer>/v1/keys`.'),
      })
      .optional()
      .describe('Access token of hooks with an OAuth channel.'),
  })
  .refine(({ secret, oauth }) => secret !== undefined || oauth !== undefined, 'expected secret, oauth or both')
  .refine(({ secret, previousSecret }) => secret !== undefined || previousSecret === undefined, {
    path: ['previousSecret'],
    error: 'expected only together with secret',
  });

const attributeNameGuard = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/)
  .refine((name) => !baseAttributes.has(name.toLowerCase()), 'expected a custom attribute');

const idGuard = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected an id of Okta');

const ruleFields = {
  policyId: idGuard.optional().describe('Id of the policy. Default: the only one.'),
  ruleId: idGuard.optional().describe('Id of the rule. Default: the only one.'),
};

const recoveryGuard = z
  .strictObject({
    credential: z
      .enum(['temporary_access_code', 'temporary_password'])
      .default('temporary_access_code')
      .describe(
        'What a recovery ends in. `"temporary_password"` is for orgs without the Temporary Access Code authenticator.',
      ),
    resetFactors: z
      .boolean()
      .default(false)
      .describe('Whether a temporary password also removes every factor of the person, lost or not.'),
  })
  .refine(({ credential, resetFactors }) => credential === 'temporary_password' || !resetFactors, {
    path: ['resetFactors'],
    error: 'expected only together with the credential "temporary_password"',
  });

/** Objects to provision in addition to the attribute, the token hook and the event hook. */
const provisionGuard = z.strictObject({
  authorizationServerId: idGuard.default('default').describe('Custom authorization server whose tokens get the claim.'),
  ...ruleFields,
  registration: z
    .strictObject(ruleFields)
    .optional()
    .describe(
      'Rule of a user profile policy for the registration hook; `{}` takes the only one. Without it there is no registration hook.',
    ),
  saml: z.boolean().default(false).describe('Whether to create a SAML hook.'),
  securityEventsProvider: z
    .boolean()
    .default(false)
    .describe('Whether the org receives security events (Identity Threat Protection).'),
});

export const createOktaConnectionGuard = (added: ConnectionAdditions) =>
  z
    .strictObject({
      ...createConnectionFields(added),
      oidc: oidcOf(added, oktaFactorGuard, oktaIdvGuard),
      kind: z.literal('okta'),
      okta: z
        .strictObject({
          orgUrl: originGuard.describe('Address of the org, without a path.'),
          auth: apiAuthGuard.describe('Credentials for the API.'),
          attribute: attributeNameGuard
            .default('facestepToken')
            .describe('Custom profile attribute that holds the enrolment token.'),
          hooks: callersGuard.describe('Credentials of hook calls: `secret`, `oauth` or both. Either is sufficient.'),
          ruleInClaim: z
            .boolean()
            .default(false)
            .describe('Whether the claim names the rule that decides (`face_verification.rule`).'),
          registration: z
            .strictObject({
              receiptField: attributeNameGuard
                .default('facestepReceipt')
                .describe('Field of the sign-up form that carries the receipt.'),
              receiptIn: z
                .enum(['profile', 'form'])
                .default('profile')
                .describe(
                  '`"profile"`: an attribute of the schema, cleared after use. `"form"`: a field that Okta does not store.',
                ),
            })
            .prefault({})
            .describe('Face checks at sign-up.'),
          passwordImport: z
            .strictObject({
              verifier: z
                .strictObject({
                  url: safeUrlGuard.describe('Address that receives the password.'),
                  secret: headerCredentialGuard.describe('Secret. Sent as bearer token.'),
                })
                .describe('Your own check of passwords in the former directory. Without it, no password is correct.'),
            })
            .optional()
            .describe('Import of users with their passwords.'),
          recovery: recoveryGuard.prefault({}).describe('Account recovery.'),
          provision: provisionGuard.prefault({}).describe('What `facestep provision` sets up in addition.'),
        })
        .refine(({ attribute, registration }) => attribute.toLowerCase() !== registration.receiptField.toLowerCase(), {
          path: ['registration', 'receiptField'],
          error: 'expected another attribute than the one of the token',
        })
        .describe('Settings of the org.'),
    })
    // For IDV, browsers send no client id, so the requests of two IDV clients could not be distinguished.
    .refine(({ oidc }) => (oidc?.clients ?? []).filter(({ kind }) => kind === 'okta_idv').length <= 1, {
      path: ['oidc', 'clients'],
      error: 'two clients are of the kind okta_idv',
    })
    .refine(({ oidc, policy }) => policy.userSecret === 'passkey' || !trustsClaims(oidc?.clients ?? []), {
      path: ['oidc', 'clients'],
      error:
        'trustClaims without policy.userSecret "passkey": Okta accepts a face only together with a possession factor, so no user would satisfy it',
    });

const trustsClaims = (clients: readonly { readonly kind: string; readonly trustClaims?: boolean }[]): boolean =>
  clients.some(({ kind, trustClaims }) => kind === 'okta_factor' && trustClaims === true);

export type OktaConnection = z.output<ReturnType<typeof createOktaConnectionGuard>>;
