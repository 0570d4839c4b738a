import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { connectionFields } from '../../src/config/connection.js';
import { credentialGuard, headerCredentialGuard } from '../../src/config/credential.js';
import { oidcOf } from '../../src/config/oidc.js';
import { originGuard, safeUrlGuard } from '../../src/config/safe-url.js';
import { hasOneIdv, oktaFactorGuard, oktaIdvGuard } from './config-oidc.js';

/** The attributes every Okta user has: a token must not overwrite one of them. */
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
  /** An API token of an administrator, sent as `Authorization: SSWS …`. */
  z.strictObject({ kind: z.literal('api_token'), token: headerCredentialGuard }),
  /** A service application with a key pair (`private_key_jwt`). */
  z.strictObject({
    kind: z.literal('private_key'),
    clientId: z.string().min(1).max(256),
    /** An RSA key, as PEM or JWK text: the SDK signs its DPoP proofs with RS256 whatever the key. */
    privateKey: credentialGuard.refine((key) => key.use(isRsaKey), 'expected an RSA private key as PEM or JWK'),
    keyId: z.string().min(1).max(256),
    scopes: z
      .array(z.string().regex(/^okta\.[A-Za-z.]+$/))
      .min(1)
      .default(['okta.users.read', 'okta.users.manage']),
  }),
]);

const callersGuard = z
  .strictObject({
    /** The static header of a hook with an HTTP channel. */
    secret: z
      .strictObject({
        header: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,64}$/)
          .transform((name) => name.toLowerCase())
          .default('authorization'),
        value: z.string().min(16).pipe(headerCredentialGuard),
      })
      .optional(),
    /** The value of that header before, which is taken too while Okta is given the new one. */
    previousSecret: z.string().min(16).pipe(headerCredentialGuard).optional(),
    /** The access token of a hook with an OAuth channel. */
    oauth: z
      .strictObject({
        issuer: safeUrlGuard,
        audience: z.string().min(1).max(1024),
        /** The client Okta takes its token as; any other holder of a token for that audience is refused. */
        clientId: z.string().min(1).max(256),
        /** Where the issuer publishes its keys; the default is where Okta does: `<issuer>/v1/keys`. */
        jwksUri: safeUrlGuard.optional(),
      })
      .optional(),
  })
  .refine(({ secret, oauth }) => secret !== undefined || oauth !== undefined, 'expected secret, oauth or both')
  .refine(({ secret, previousSecret }) => secret !== undefined || previousSecret === undefined, {
    path: ['previousSecret'],
    error: 'expected secret beside it',
  });

const attributeNameGuard = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/)
  .refine((name) => !baseAttributes.has(name.toLowerCase()), 'expected a custom attribute');

const idGuard = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected an id of Okta');

/** A policy and its rule; the only one there is unless named. */
const ruleFields = { policyId: idGuard.optional(), ruleId: idGuard.optional() };

/** What `facestep provision` is to set up beside the attribute, the token hook and the event hook. */
const provisionGuard = z.strictObject({
  /** The custom authorization server whose tokens get the claim, and the rule of it that the token hook hangs on. */
  authorizationServerId: idGuard.default('default'),
  ...ruleFields,
  /** The rule of a user profile policy that the registration hook hangs on; without it there is no registration hook. */
  registration: z.strictObject(ruleFields).optional(),
  /** Whether there is a SAML hook. */
  saml: z.boolean().default(false),
  /** Whether the org takes our security events (Identity Threat Protection): sessions revoked, risk of a user changed. */
  securityEventsProvider: z.boolean().default(false),
});

/** One Okta org in the configuration. Secrets arrive as text, resolved by the loader, and leave as `Credential`s. */
export const oktaConnectionGuard = z
  .strictObject({
    ...connectionFields,
    oidc: oidcOf(oktaFactorGuard, oktaIdvGuard),
    kind: z.literal('okta'),
    okta: z
      .strictObject({
        orgUrl: originGuard,
        auth: apiAuthGuard,
        /** The custom profile attribute that holds the enrolment token. */
        attribute: attributeNameGuard.default('facestepToken'),
        hooks: callersGuard,
        registration: z
          .strictObject({
            /** The field of the sign-up form that brings the receipt of a face check. */
            receiptField: attributeNameGuard.default('facestepReceipt'),
            /** `profile`: an attribute of the schema, cleared once used. `form`: a field that Okta keeps nowhere. */
            receiptIn: z.enum(['profile', 'form']).default('profile'),
          })
          .prefault({}),
        passwordImport: z
          .strictObject({
            /** The customer's own check of a password in the former directory; without it no password is ever right. */
            verifier: z.strictObject({ url: safeUrlGuard, secret: headerCredentialGuard }),
          })
          .optional(),
        provision: provisionGuard.prefault({}),
      })
      .refine(({ attribute, registration }) => attribute.toLowerCase() !== registration.receiptField.toLowerCase(), {
        path: ['registration', 'receiptField'],
        error: 'expected another attribute than the one of the token',
      }),
  })
  .refine(({ oidc }) => hasOneIdv(oidc?.clients ?? []), {
    path: ['oidc', 'clients'],
    error: 'two clients are of the kind okta_idv',
  })
  .refine(({ oidc, policy }) => policy.userSecret === 'passkey' || !trustsClaims(oidc?.clients ?? []), {
    path: ['oidc', 'clients'],
    error:
      'trustClaims without policy.userSecret "passkey": Okta takes a face only beside a possession, so nobody would satisfy it',
  });

const trustsClaims = (clients: readonly { readonly kind: string; readonly trustClaims?: boolean }[]): boolean =>
  clients.some(({ kind, trustClaims }) => kind === 'okta_factor' && trustClaims === true);

/** One Okta org, configured. */
export type OktaConnection = z.output<typeof oktaConnectionGuard>;
