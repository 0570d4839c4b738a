import { z } from 'zod';
import { externalMfaGuard } from './external-mfa.js';
import { clientIdGuard, clientSecretGuard, redirectUriGuard } from './oidc-client.js';
import { cognitoClientGuard, oktaFactorGuard, oktaIdvGuard, oneloginFactorGuard } from './oidc-providers.js';

const publicKeyGuard = z
  .looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']), kid: z.string().min(1).optional() })
  .refine((jwk) => !('d' in jwk), 'expected a public key');

/** An application, or an identity provider of your own, that sends people here by OpenID Connect. */
export const relyingPartyGuard = z
  .strictObject({
    kind: z.literal('relying_party'),
    id: clientIdGuard,
    /** `null` for a client that cannot keep one: it must use PKCE. */
    secret: clientSecretGuard.nullable().default(null),
    /** JSON Web Keys, instead of a secret: the client signs assertions (`private_key_jwt`). */
    publicKeys: z.array(publicKeyGuard).min(1).max(10).nullable().default(null),
    redirectUris: z.array(redirectUriGuard).min(1).max(50),
    /**
     * Whether this client has proved who a person is before it names them in a pushed request: they may then enrol, where
     * the policy says `whenNotEnrolled: "enrol"`.
     */
    mayEnrol: z.boolean().default(false),
  })
  .refine(({ secret, publicKeys }) => secret === null || publicKeys === null, {
    path: ['publicKeys'],
    error: 'expected a secret or public keys, not both',
  })
  .refine(({ secret, publicKeys, mayEnrol }) => !mayEnrol || secret !== null || publicKeys !== null, {
    path: ['mayEnrol'],
    error: 'expected a client with a secret or public keys: anybody can speak in the name of another',
  });

const hasOneIdv = (clients: readonly { readonly kind: string }[]): boolean =>
  clients.filter(({ kind }) => kind === 'okta_idv').length <= 1;

const hasUniqueIds = (clients: readonly { readonly id: string }[]): boolean =>
  new Set(clients.map(({ id }) => id)).size === clients.length;

/** Who may send people to a connection's face check by OpenID Connect: one guard for each kind of client. */
export const oidcGuard = z.strictObject({
  clients: z
    .array(
      z.discriminatedUnion('kind', [
        relyingPartyGuard,
        externalMfaGuard,
        oktaFactorGuard,
        oktaIdvGuard,
        oneloginFactorGuard,
        cognitoClientGuard,
      ]),
    )
    .min(1)
    .max(50)
    .refine(hasUniqueIds, 'two clients have the same id')
    // Its browsers come without a client id: whoever comes so is of this one.
    .refine(hasOneIdv, 'two clients are of the kind okta_idv'),
});

/** The OpenID provider of one connection. */
export type OidcConfig = z.output<typeof oidcGuard>;

/** One registered client, told apart by its `kind`. */
export type OidcClientConfig = OidcConfig['clients'][number];

/** A client of the general kind. */
export type RelyingPartyConfig = z.output<typeof relyingPartyGuard>;
