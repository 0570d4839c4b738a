import { z } from 'zod';
import { clientIdGuard, clientSecretGuard, redirectUriGuard } from './oidc-client.js';

const publicKeyGuard = z
  .looseObject({
    kty: z.enum(['RSA', 'EC', 'OKP']),
    /** Clients name the key that they sign with, and many cannot leave it out: one without a name is then never found. */
    kid: z.string('expected the name of the key, as the client sends it').min(1).max(256),
  })
  .refine((jwk) => !('d' in jwk), 'expected a public key');

const hasUniqueKids = (keys: readonly { readonly kid: string }[]): boolean =>
  new Set(keys.map(({ kid }) => kid)).size === keys.length;

/** An application, or an identity provider of your own, that sends people here by OpenID Connect. */
export const relyingPartyGuard = z
  .strictObject({
    kind: z.literal('relying_party'),
    id: clientIdGuard,
    /** `null` for a client that cannot keep one: it must use PKCE. */
    secret: clientSecretGuard.nullable().default(null),
    /** JSON Web Keys, instead of a secret: the client signs assertions (`private_key_jwt`). */
    publicKeys: z
      .array(publicKeyGuard)
      .min(1)
      .max(10)
      .refine(hasUniqueKids, 'two keys have the same kid')
      .nullable()
      .default(null),
    redirectUris: z.array(redirectUriGuard).min(1).max(50),
    /**
     * Whether this client has proved who a person is before it names them in a pushed request: they may then enrol, where
     * the policy says `whenNotEnrolled: "enrol"`.
     */
    mayEnrol: z.boolean().default(false),
    /** Whether a request of this client counts only where it was pushed (RFC 9126, section 6). */
    requirePushed: z.boolean().default(false),
    /** The FAPI 2.0 Security Profile: pushed requests, PKCE, assertions signed by a key, and access tokens bound by DPoP. */
    fapi2: z.boolean().default(false),
  })
  .refine(({ secret, publicKeys }) => secret === null || publicKeys === null, {
    path: ['publicKeys'],
    error: 'expected a secret or public keys, not both',
  })
  .refine(({ secret, publicKeys, mayEnrol }) => !mayEnrol || secret !== null || publicKeys !== null, {
    path: ['mayEnrol'],
    error: 'expected a client with a secret or public keys: anybody can speak in the name of another',
  })
  .refine(({ fapi2, publicKeys }) => !fapi2 || publicKeys !== null, {
    path: ['fapi2'],
    error: 'expected a client with public keys: FAPI 2.0 takes no secret',
  });

/** A client of the general kind. */
export type RelyingPartyConfig = z.output<typeof relyingPartyGuard>;

/** A provider as a client, in a connection to that provider. Only what is read of every one. */
export interface ProviderClientConfig {
  readonly kind: string;
  readonly id: string;
}

/** The OpenID provider of one connection. */
export interface OidcConfig {
  readonly clients: readonly (RelyingPartyConfig | ProviderClientConfig)[];
}

/** A provider's guard for one kind of client, told apart by its literal `kind`. */
export type ClientGuard = z.ZodType<ProviderClientConfig> & z.core.$ZodTypeDiscriminable;

const hasUniqueIds = (clients: readonly { readonly id: string }[]): boolean =>
  new Set(clients.map(({ id }) => id)).size === clients.length;

/**
 * Who may send people to a connection's face check by OpenID Connect: one guard for each kind of client.
 * @param kinds - those of the connection's provider, beside `relying_party`, which fits any
 */
export const createOidcGuard = <const Kinds extends readonly ClientGuard[]>(...kinds: Kinds) =>
  z.strictObject({
    clients: z
      .array(
        z.discriminatedUnion('kind', [relyingPartyGuard, ...kinds], {
          error: ({ code }) =>
            code === 'invalid_union' ? 'expected relying_party, or a kind of client of this provider' : undefined,
        }),
      )
      .min(1)
      .max(50)
      .refine(hasUniqueIds, 'two clients have the same id'),
  });

/** The setting `oidc` of a connection. `null`: nobody is sent here by OpenID Connect. @param kinds - as for `createOidcGuard` */
export const oidcOf = <const Kinds extends readonly ClientGuard[]>(...kinds: Kinds) =>
  createOidcGuard(...kinds)
    .nullable()
    .default(null);

const isRelyingParty = (client: OidcConfig['clients'][number]): client is RelyingPartyConfig =>
  client.kind === 'relying_party';

/** The clients that are no provider's own kind. */
export const relyingPartiesOf = ({ clients }: OidcConfig): RelyingPartyConfig[] => clients.filter(isRelyingParty);
