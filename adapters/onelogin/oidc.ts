import { createLoginClient } from '../../src/connections/login-client.js';
import { createOwnClients, type OidcClient, type OidcClientDeps } from '../../src/connections/openid-client.js';
import type { OneLoginConnection } from './config.js';

export const createOneLoginClients = (
  oidc: OneLoginConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  createOwnClients(oidc, (client) =>
    createLoginClient(client, directoryFor, {
      loginClaims: ['preferred_username', 'username'],
      isAfterFactor: true,
      // The Smart Hook runs before the password. A stored result would let the next sign-in skip the face check.
      feedsHooks: false,
    }),
  );
