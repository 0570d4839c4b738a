import type { OidcClientConfig } from '../config/oidc.js';
import type { Connection } from '../core/connection.js';
import type { Clock, Fetch, State } from '../core/ports.js';
import type { OidcClient } from './client.js';
import { createRelyingParty } from './relying-party.js';

/** What clients are made of, beside their configuration. */
export interface ClientDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly state: State;
  readonly fetch: Fetch;
}

/** One registered client, by its kind. */
export function createClient(config: OidcClientConfig, { connection }: ClientDeps): OidcClient {
  switch (config.kind) {
    case 'relying_party':
      return createRelyingParty(config, connection);
  }
}
