import type { OidcClient, OidcClientDeps } from '../../adapters/openid-client.js';
import { type OidcConfig, relyingPartiesOf } from '../config/oidc.js';
import type { Connection } from '../core/connection.js';
import { createCountAll } from '../core/limits/limits.js';
import { FaceError } from '../errors.js';
import { createDirectories } from './directories.js';
import { createInteraction } from './interaction.js';
import { createIssuer, type IssuerDeps, type OidcIssuer } from './issuer.js';
import { oidcErrors } from './library.js';
import type { OidcIssuers } from './mount.js';
import { createRelyingParty } from './relying-party.js';

/** A connection, and the clients of its OpenID provider. */
export interface ConnectionWithClients {
  readonly connection: Connection;
  readonly oidc: OidcConfig;
  /** Makes those of the provider's own kinds. */
  createOidcClients(deps: OidcClientDeps): readonly OidcClient[];
}

/**
 * The OpenID providers of all connections that have clients.
 * @throws FaceError `config_invalid`: a client that the protocol does not allow
 */
export async function createIssuers(
  connections: readonly ConnectionWithClients[],
  given: Omit<IssuerDeps, 'countAll'>,
): Promise<OidcIssuers> {
  const deps = { ...given, countAll: createCountAll(given) };
  const issuers = connections.map(({ connection, oidc, createOidcClients }) => {
    const directoryFor = createDirectories(connection, deps);
    const clients = [
      ...relyingPartiesOf(oidc).map((client) => createRelyingParty(client, directoryFor)),
      ...createOidcClients({ state: deps.state, directoryFor }),
    ];
    const issuer = createIssuer(connection, clients, deps);
    return { ...issuer, interact: createInteraction(issuer, deps) };
  });
  for (const issuer of issuers) await checkClients(issuer);
  return new Map(issuers.map((issuer) => [issuer.connection.id, issuer]));
}

/** The library looks at a client when it is first used: nobody should have to wait for that to learn of a mistake. */
async function checkClients({ connection, clients, running }: OidcIssuer): Promise<void> {
  const { provider } = await running();
  for (const client of clients.keys()) {
    await provider.Client.find(client).catch((cause: unknown) => {
      const reason = cause instanceof oidcErrors.OIDCProviderError ? (cause.error_description ?? '') : '';
      throw new FaceError('config_invalid', { connection: connection.id, client, reason }, { cause });
    });
  }
}
