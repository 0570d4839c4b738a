import type { OidcClientConfig } from '../config/oidc.js';
import type { Connection } from '../core/connection.js';
import type { Clock, Fetch, Log, State } from '../core/ports.js';
import type { OidcClient } from './client.js';
import { createIdvClient } from './clients-idv.js';
import { createLoginClient } from './clients-login.js';
import type { DirectoryFor } from './directories.js';
import { createExternalMfaClient } from './external-mfa.js';
import { createRelyingParty } from './relying-party.js';

/** What clients are made of, beside their configuration. */
export interface ClientDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly state: State;
  readonly directoryFor: DirectoryFor;
  readonly fetch: Fetch;
  readonly log: Log;
}

/** One registered client, by its kind. */
export function createClient(config: OidcClientConfig, deps: ClientDeps): OidcClient {
  switch (config.kind) {
    case 'relying_party':
      return createRelyingParty(config, deps.directoryFor);
    case 'entra_external_mfa':
      return createExternalMfaClient(config, deps);
    case 'okta_factor':
    case 'onelogin_factor':
    case 'cognito':
      return createLoginClient(config, deps.directoryFor);
    case 'okta_idv':
      return createIdvClient(config);
  }
}
