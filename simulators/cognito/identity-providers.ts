import { z } from 'zod';
import type { Fetch } from '../../src/core/ports.js';
import { ServiceError } from '../aws.js';
import { discover } from '../relying-party.js';
import { findUser, type PoolIdentityProvider, type UserPool } from './pool.js';
import { invalidParameter, type Operation, resourceNotFound, userNotFound } from './protocol.js';

/** Required details of an OpenID provider; the endpoints come from its metadata. */
const detailsGuard = z.object({
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  authorize_scopes: z.string().regex(/\bopenid\b/),
  attributes_request_method: z.enum(['GET', 'POST']),
  oidc_issuer: z.url(),
});

const providerGuard = z.object({
  ProviderName: z.string().regex(/^[^_\s][^_]{0,31}$/),
  ProviderType: z.literal('OIDC'),
  ProviderDetails: detailsGuard,
  AttributeMapping: z.record(z.string(), z.string()).default({}),
});

const ofProvider = z.object({ ProviderName: z.string() });

const linkGuard = z.object({
  DestinationUser: z.object({ ProviderName: z.literal('Cognito'), ProviderAttributeValue: z.string() }),
  SourceUser: z.object({
    ProviderName: z.string(),
    ProviderAttributeName: z.literal('Cognito_Subject'),
    ProviderAttributeValue: z.string(),
  }),
});

function parseProvider(pool: UserPool, body: unknown): z.output<typeof providerGuard> {
  const parsed = providerGuard.safeParse(body);
  if (!parsed.success) throw invalidParameter('The identity provider is not valid');
  for (const name of Object.keys(parsed.data.AttributeMapping)) {
    if (name !== 'username' && !pool.schema.has(name)) throw invalidParameter(`Invalid attribute: ${name}`);
  }
  return parsed.data;
}

const requireProvider = (pool: UserPool, body: unknown): PoolIdentityProvider => {
  const provider = pool.identityProviders.get(ofProvider.parse(body).ProviderName);
  if (provider === undefined) throw resourceNotFound('Identity provider does not exist.');
  return provider;
};

async function save(pool: UserPool, body: unknown, fetch: Fetch): Promise<unknown> {
  const definition = parseProvider(pool, body);
  const { oidc_issuer, client_id, client_secret, authorize_scopes } = definition.ProviderDetails;
  const registered = { clientId: client_id, clientSecret: client_secret, scopes: authorize_scopes.split(' ') };
  const client = await discover(oidc_issuer, registered, fetch).catch(() => {
    throw invalidParameter('Unable to contact well-known endpoint');
  });
  const provider = { name: definition.ProviderName, client, mapping: definition.AttributeMapping, definition };
  pool.identityProviders.set(provider.name, provider);
  return { IdentityProvider: { UserPoolId: pool.id, ...definition } };
}

export const createIdentityProviderOperations = (fetch: Fetch): Readonly<Record<string, Operation>> => ({
  CreateIdentityProvider: ({ pool, body }) => {
    const { ProviderName } = ofProvider.parse(body);
    if (pool.identityProviders.has(ProviderName)) {
      throw new ServiceError('DuplicateProviderException', 'The provider already exists.');
    }
    return save(pool, body, fetch);
  },
  UpdateIdentityProvider: ({ pool, body }) => {
    const { definition } = requireProvider(pool, body);
    return save(pool, { ...definition, ...z.looseObject({}).parse(body), ProviderType: 'OIDC' }, fetch);
  },
  DescribeIdentityProvider: ({ pool, body }) => ({
    IdentityProvider: { UserPoolId: pool.id, ...requireProvider(pool, body).definition },
  }),
  AdminLinkProviderForUser: ({ pool, body }) => {
    const { DestinationUser, SourceUser } = linkGuard.parse(body);
    const user = findUser(pool, DestinationUser.ProviderAttributeValue);
    if (user === undefined) throw userNotFound();
    pool.links.set(`${SourceUser.ProviderName}_${SourceUser.ProviderAttributeValue}`, user.username);
    return {};
  },
});
