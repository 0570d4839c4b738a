import type { Adapter } from '../../src/connections/adapter.js';
import type { AdapterDeps } from '../../src/connections/deps.js';
import { createNoteSecretUse } from '../../src/connections/rotating-secret.js';
import { createOpenStepUpRequest } from './caller.js';
import type { CognitoConnection } from './config.js';
import { createCognitoClients } from './oidc.js';
import { createCognitoProfile } from './profile.js';

export function createCognitoAdapter(deps: AdapterDeps<CognitoConnection>): Adapter {
  const { settings, publicUrl, clock, fetch, log, onSecretUsed } = deps;
  const { id, kind, cognito } = settings;
  const { userPoolId, clientIds, triggers } = cognito;
  const noteUse = createNoteSecretUse({ connection: id, clock, log, onSecretUsed });
  return {
    kind,
    profile: createCognitoProfile(settings, { fetch, log }),
    hooks: {},
    openStepUpRequest: createOpenStepUpRequest(
      {
        ...{ userPoolId, clientIds, connection: id, issuer: publicUrl },
        ...{ requestSecret: triggers.requestSecret, previousRequestSecret: triggers.previousRequestSecret },
      },
      { clock, noteUse: (secret) => noteUse('step-ups/requested', secret) },
    ),
    createOidcClients: (given) => createCognitoClients(settings.oidc, given),
    createProvisioning: async () => (await import('./provision.js')).createCognitoProvisioning(deps),
    artefacts: {},
  };
}
