import { z } from 'zod';
import { clientIdGuard, clientSecretGuard, redirectUriGuard } from './oidc-client.js';

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
