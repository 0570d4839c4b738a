import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import { createNoteSecretUse } from '../../src/connections/hook.js';
import { createLoginClient } from '../../src/connections/login-client.js';
import { createOwnClients, type OidcClient, type OidcClientDeps } from '../../src/connections/openid-client.js';
import { createOpenStepUpRequest } from './caller.js';
import type { CognitoConnection } from './config.js';
import { createCognitoProfile } from './profile.js';
import { createCognitoRecovery } from './recovery.js';

export function createCognitoAdapter(deps: AdapterDeps<CognitoConnection>): Adapter {
  const { settings, publicUrl, clock, fetch, log, onSecretUsed } = deps;
  const { id, kind, cognito } = settings;
  const { userPoolId, clientIds, triggers } = cognito;
  const noteUse = createNoteSecretUse({ connection: id, clock, log, onSecretUsed });
  return {
    kind,
    contract: { signInHook: 'define-auth-challenge', eventHook: null, claim: { name: 'face_verified', says: 'true' } },
    profile: createCognitoProfile(settings, { fetch, log }),
    hooks: {},
    accountRecovery: createCognitoRecovery(cognito, deps),
    openStepUpRequest: createOpenStepUpRequest(
      {
        userPoolId,
        clientIds,
        connection: id,
        issuer: publicUrl,
        requestSecret: triggers.requestSecret,
        previousRequestSecret: triggers.previousRequestSecret,
        passwordless: cognito.passwordless,
      },
      { clock, noteUse: (secret) => noteUse('step-ups/requested', secret) },
    ),
    createOidcClients: (oidcDeps) => createCognitoClients(settings.oidc, oidcDeps),
    createProvisioning: async () => (await import('./provision.js')).createCognitoProvisioning(deps),
    readModeInForce: async () => (await import('./deployed-mode.js')).readDeployedMode(deps),
    readDecisions: async (since) => (await import('./decisions.js')).readDecisions(since, deps),
  };
}

export const createCognitoClients = (
  oidc: CognitoConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  createOwnClients(oidc, ['cognito'], (client) =>
    createLoginClient(client, directoryFor, {
      loginClaims: ['preferred_username'],
      // Cognito redirects here before it verifies a first factor, so the request does not prove who the user is.
      isAfterFactor: false,
      provesRequests: false,
      // The triggers accept only receipts, so no result is stored for them.
      feedsHooks: false,
    }),
  );
