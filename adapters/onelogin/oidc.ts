import { createLoginClient } from '../login-client.js';
import { createOwnClients, type OidcClient, type OidcClientDeps } from '../openid-client.js';
import type { OneLoginConnection } from './config.js';

/** OneLogin as the clients that a connection's configuration names. */
export const createOneLoginClients = (
  oidc: OneLoginConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  createOwnClients(oidc, (client) =>
    createLoginClient(client, directoryFor, {
      loginClaims: ['preferred_username', 'username'],
      isAfterFactor: true,
      // The Smart Hook asks before the password: what a factor left over would let the next sign-in off the face.
      feedsHooks: false,
    }),
  );
