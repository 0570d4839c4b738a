import { createLoginClient } from '../login-client.js';
import type { OidcClient, OidcClientDeps } from '../openid-client.js';
import type { OneLoginConnection } from './config.js';

/** OneLogin as the clients that a connection's configuration names. */
export const createOneLoginClients = (
  oidc: OneLoginConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  (oidc?.clients ?? []).flatMap((client) =>
    client.kind === 'relying_party'
      ? []
      : createLoginClient(client, directoryFor, {
          toNames: ({ login }) => ({ preferred_username: login, username: login }),
          isAfterFactor: true,
          // The Smart Hook asks before the password: what a factor left over would let the next sign-in off the face.
          feedsHooks: false,
        }),
  );
