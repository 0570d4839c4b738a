import { createLoginClient } from '../../src/connections/login-client.js';
import { createOwnClients, type OidcClient, type OidcClientDeps } from '../../src/connections/openid-client.js';
import type { CognitoConnection } from './config.js';

export const createCognitoClients = (
  oidc: CognitoConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  createOwnClients(oidc, (client) =>
    createLoginClient(client, directoryFor, {
      loginClaims: ['preferred_username'],
      // Cognito forwards any user name before the first factor, so its signature proves no identity.
      isAfterFactor: false,
      // The triggers accept receipts only.
      feedsHooks: false,
    }),
  );
