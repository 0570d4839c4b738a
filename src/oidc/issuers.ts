import type { OidcConfig } from '../config/oidc.js';
import type { Connection } from '../core/connection.js';
import type { Fetch } from '../core/ports.js';
import { createClient } from './clients.js';
import { createInteraction } from './interaction.js';
import { createIssuer, type IssuerDeps } from './issuer.js';
import type { OidcIssuers } from './mount.js';

/** A connection, and the clients of its OpenID provider. */
export interface ConnectionWithClients {
  readonly connection: Connection;
  readonly oidc: OidcConfig;
}

/** The OpenID providers of all connections that have clients. */
export function createIssuers(
  connections: readonly ConnectionWithClients[],
  deps: IssuerDeps & { readonly fetch: Fetch },
): OidcIssuers {
  return new Map(
    connections.map(({ connection, oidc }) => {
      const clients = oidc.clients.map((client) => createClient(client, { ...deps, connection }));
      const issuer = createIssuer(connection, clients, deps);
      return [connection.id, { ...issuer, interact: createInteraction(issuer, deps) }] as const;
    }),
  );
}
