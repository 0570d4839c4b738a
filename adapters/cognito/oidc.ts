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
      // Cognito redirects here before it verifies a first factor, so the request does not prove who the user is.
      isAfterFactor: false,
      // The triggers accept only receipts, so no result is stored for them.
      feedsHooks: false,
    }),
  );
