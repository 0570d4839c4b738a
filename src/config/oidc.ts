import { z } from 'zod';
import { registeredClaimsGuard } from './claims.js';
import { type CredentialConfigs, credentialsGuard } from './credentials.js';
import {
  type CounterConfig,
  clientIdGuard,
  clientSecretGuard,
  counterGuard,
  publicKeysGuard,
  redirectUriGuard,
  shownNameGuard,
} from './oidc-client.js';

export const relyingPartyGuard = z
  .strictObject({
    kind: z.literal('relying_party').describe('An application, or your own identity provider.'),
    id: clientIdGuard.describe('Client id.'),
    secret: clientSecretGuard
      .nullable()
      .default(null)
      .describe('Secret. Client secret. `null`: a public client, which must use PKCE.'),
    publicKeys: publicKeysGuard
      .nullable()
      .default(null)
      .describe('JSON Web Keys instead of a secret: the client authenticates with `private_key_jwt`.'),
    redirectUris: z
      .array(redirectUriGuard)
      .min(1)
      .max(50)
      .describe('Redirect URIs, compared character for character: https, or http on this machine.'),
    name: shownNameGuard
      .nullable()
      .default(null)
      .describe('Name of the client, as people read it. `null` shows the id.'),
    claims: registeredClaimsGuard.describe(
      'Claims that it may request, by name. It receives only those that the person consents to.',
    ),
    dataConsentDays: z.int().min(1).max(365).default(90).describe('Days that a consent to share claims is valid.'),
    /**
     * True if this client authenticates users before it names them in a pushed request. With `whenNotEnrolled:
     * "enrol"`, these users may then enrol.
     */
    mayEnrol: z
      .boolean()
      .default(false)
      .describe(
        'True if this client authenticates users before it names them in a pushed request. These users may enrol if `whenNotEnrolled` is `"enrol"`.',
      ),
    requirePushed: z.boolean().default(false).describe('Accept only pushed authorization requests (RFC 9126).'),
    actions: z
      .boolean()
      .default(false)
      .describe('True if it may ask people to approve an action with `authorization_details` (RFC 9396).'),
    organisations: z.boolean().default(false).describe('True if it may request the scope `organisation`.'),
    fapi2: z
      .boolean()
      .default(false)
      .describe(
        'FAPI 2.0 Security Profile: pushed requests, PKCE, client assertions, and access tokens bound by DPoP.',
      ),
  })
  .refine(({ secret, publicKeys }) => secret === null || publicKeys === null, {
    path: ['publicKeys'],
    error: 'expected a secret or public keys, not both',
  })
  .refine(({ secret, publicKeys, mayEnrol }) => !mayEnrol || secret !== null || publicKeys !== null, {
    path: ['mayEnrol'],
    error: 'expected a client with a secret or public keys: a public client cannot authenticate',
  })
  .refine(({ organisations, claims }) => !organisations || !Object.hasOwn(claims, 'organisation'), {
    path: ['claims'],
    error: 'expected no claim organisation together with organisations: the scope organisation already provides it',
  })
  .refine(({ fapi2, publicKeys }) => !fapi2 || publicKeys !== null, {
    path: ['fapi2'],
    error: 'expected a client with public keys: FAPI 2.0 does not allow a secret',
  });

export type RelyingPartyConfig = z.output<typeof relyingPartyGuard>;

export interface ProviderClientConfig {
  readonly kind: string;
  readonly id: string;
}

export interface OidcConfig {
  readonly clients: readonly (RelyingPartyConfig | CounterConfig | ProviderClientConfig)[];
  /** Lifetime in days of a link to an account at another connection. */
  readonly accountLinkDays: number;
  readonly credentials: CredentialConfigs;
}

/**
 * OpenID settings of a connection without clients. Clients of other connections may still request claims from this
 * connection.
 */
export const withoutClients: OidcConfig = { clients: [], accountLinkDays: 365, credentials: {} };

export type ClientGuard = z.ZodType<ProviderClientConfig> & z.core.$ZodTypeDiscriminable;

export const walletClientId = 'facestep-wallet';

const clientPrefix = 'credential:';

/** Returns the name that a consent to a credential type has in its `client` field. */
export const consentNameOf = (type: string): string => `${clientPrefix}${type}`;

/** Returns the credential type of a name from `consentNameOf`, or `null` if the name is that of a client. */
export const typeOfConsent = (client: string): string | null =>
  client.startsWith(clientPrefix) ? client.slice(clientPrefix.length) : null;

const hasUniqueIds = (clients: readonly { readonly id: string }[]): boolean =>
  new Set(clients.map(({ id }) => id)).size === clients.length;

/** Returns true for client ids that wallets and credential offers use. */
const isReserved = (id: string): boolean => id === walletClientId || id.startsWith(clientPrefix);

export const createOidcGuard = <const Kinds extends readonly ClientGuard[]>(...kinds: Kinds) =>
  z
    .strictObject({
      clients: z
        .array(
          z.discriminatedUnion('kind', [relyingPartyGuard, counterGuard, ...kinds], {
            error: ({ code }) =>
              code === 'invalid_union'
                ? 'expected relying_party, counter, or a kind of client of this provider'
                : undefined,
          }),
        )
        .max(50)
        .refine(hasUniqueIds, 'two clients have the same id')
        .refine((clients) => clients.every(({ id }) => !isReserved(id)), 'an id is of the service itself')
        .default([])
        .describe('OpenID Connect clients.'),
      credentials: credentialsGuard.describe(
        'Credentials that people can carry in a wallet, by id. See docs/credential.md.',
      ),
      accountLinkDays: z
        .int()
        .min(1)
        .max(3650)
        .default(365)
        .describe('Days that a link with an account at another connection is valid.'),
    })
    .refine(({ clients, credentials }) => clients.length > 0 || Object.keys(credentials).length > 0, {
      path: ['clients'],
      error: 'expected at least one client, or a credential',
    });

export const oidcOf = <const Kinds extends readonly ClientGuard[]>(...kinds: Kinds) =>
  createOidcGuard(...kinds)
    .nullable()
    .default(null);

const isRelyingParty = (client: OidcConfig['clients'][number]): client is RelyingPartyConfig =>
  client.kind === 'relying_party';

export const relyingPartiesOf = ({ clients }: OidcConfig): RelyingPartyConfig[] => clients.filter(isRelyingParty);

const isCounter = (client: OidcConfig['clients'][number]): client is CounterConfig => client.kind === 'counter';

export const countersOf = ({ clients }: OidcConfig): CounterConfig[] => clients.filter(isCounter);
