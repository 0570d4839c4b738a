import { createLoginClient } from '../../src/connections/login-client.js';
import {
  createOwnClients,
  type DirectoryFor,
  type OidcClient,
  type OidcClientDeps,
} from '../../src/connections/openid-client.js';
import type { OktaConnection } from './config.js';
import type { OktaFactor } from './config-oidc.js';
import { createIdvClient } from './oidc-idv.js';

export const createOktaClients = (
  oidc: OktaConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  createOwnClients(oidc, (client) =>
    client.kind === 'okta_idv' ? createIdvClient(client) : createFactorClient(client, directoryFor),
  );

const createFactorClient = (client: OktaFactor, directoryFor: DirectoryFor): OidcClient =>
  createLoginClient(client, directoryFor, {
    loginClaims: ['preferred_username'],
    // Okta finds its user by the `email` claim. It contains the login, because only the login is unique.
    toEmail: ({ login }) => login,
    isAfterFactor: true,
    // Okta calls the token hook later in the same sign-in, which needs the result.
    feedsHooks: true,
  });
