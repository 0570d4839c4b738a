import { z } from 'zod';
import type { ConnectionAdditions, ExtensionClient, OidcSections, RelyingPartyFields } from './additions.js';
import { registeredClaimsGuard } from './claims.js';
import { clientIdGuard, clientSecretGuard, publicKeysGuard, redirectUriGuard, shownNameGuard } from './oidc-client.js';

export const createRelyingPartyGuard = (added: ConnectionAdditions) => {
  const addedFields: z.ZodRawShape = Object.assign({}, ...added.map(({ clientFields }) => clientFields));
  return z
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
      ...addedFields,
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
    .superRefine((client, context) => {
      for (const { path, message } of added.flatMap((each) => each.findClientProblems?.(client) ?? []))
        context.addIssue({ code: 'custom', path: [...path], message });
    })
    .refine(({ fapi2, publicKeys }) => !fapi2 || publicKeys !== null, {
      path: ['fapi2'],
      error: 'expected a client with public keys: FAPI 2.0 does not allow a secret',
    });
};

export type RelyingPartyConfig = z.output<ReturnType<typeof createRelyingPartyGuard>> & Partial<RelyingPartyFields>;

export interface ProviderClientConfig {
  readonly kind: string;
  readonly id: string;
}

export interface OidcConfig extends Partial<OidcSections> {
  readonly clients: readonly (RelyingPartyConfig | ExtensionClient | ProviderClientConfig)[];
  /** Lifetime in days of a link to an account at another connection. */
  readonly accountLinkDays: number;
}

/**
 * OpenID settings of a connection without clients. Clients of other connections may still request claims from this
 * connection.
 */
export const withoutClients: OidcConfig = { clients: [], accountLinkDays: 365 };

export type ClientGuard = z.ZodType<ProviderClientConfig> & z.core.$ZodTypeDiscriminable;

const hasUniqueIds = (clients: readonly { readonly id: string }[]): boolean =>
  new Set(clients.map(({ id }) => id)).size === clients.length;

export const createOidcGuard = <const Kinds extends readonly ClientGuard[]>(
  added: ConnectionAdditions,
  ...kinds: Kinds
) => {
  const addedKinds = added.flatMap(({ clientKind }) => clientKind ?? []);
  const addedSections: z.ZodRawShape = Object.assign({}, ...added.map(({ oidcSections }) => oidcSections));
  const known = ['relying_party', ...addedKinds.map(({ shape }) => shape.kind.value)].join(', ');
  const alternatives = added.flatMap(({ insteadOfClients }) => insteadOfClients ?? []);
  return z
    .strictObject({
      clients: z
        .array(
          z.discriminatedUnion('kind', [createRelyingPartyGuard(added), ...addedKinds, ...kinds], {
            error: ({ code }) =>
              code === 'invalid_union' ? `expected ${known}, or a kind of client of this provider` : undefined,
          }),
        )
        .max(50)
        .refine(hasUniqueIds, 'two clients have the same id')
        .refine(
          (clients) => clients.every(({ id }) => !added.some((each) => each.isReservedId?.(id))),
          'an id is of the service itself',
        )
        .default([])
        .describe('OpenID Connect clients.'),
      ...addedSections,
      accountLinkDays: z
        .int()
        .min(1)
        .max(3650)
        .default(365)
        .describe('Days that a link with an account at another connection is valid.'),
    })
    .refine((oidc) => oidc.clients.length > 0 || added.some((each) => each.isUsedAlone?.(oidc)), {
      path: ['clients'],
      error: ['expected at least one client', ...alternatives].join(', or '),
    });
};

export const oidcOf = <const Kinds extends readonly ClientGuard[]>(added: ConnectionAdditions, ...kinds: Kinds) =>
  createOidcGuard(added, ...kinds)
    .nullable()
    .default(null);

const isRelyingParty = (client: OidcConfig['clients'][number]): client is RelyingPartyConfig =>
  client.kind === 'relying_party';

export const relyingPartiesOf = ({ clients }: OidcConfig): RelyingPartyConfig[] => clients.filter(isRelyingParty);
