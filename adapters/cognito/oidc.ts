import { createLoginClient } from '../login-client.js';
import { createOwnClients, type OidcClient, type OidcClientDeps } from '../openid-client.js';
import type { CognitoConnection } from './config.js';

/** Cognito as the clients that a connection's configuration names. */
export const createCognitoClients = (
  oidc: CognitoConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  createOwnClients(oidc, (client) =>
    createLoginClient(client, directoryFor, {
      loginClaims: ['preferred_username'],
      // Cognito hands on whatever name a browser came with, before any factor: whatever it signs proves nobody.
      isAfterFactor: false,
      // The triggers take receipts alone.
      feedsHooks: false,
    }),
  );
