import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import { createScimApi } from './client.js';
import type { ScimConnection } from './config.js';
import { createScimProfile } from './profile.js';

export function createScimAdapter(deps: AdapterDeps<ScimConnection>): Adapter {
  const { settings, clock, fetch, log } = deps;
  const { kind, scim } = settings;
  const api = createScimApi(scim, { fetch, clock });
  return {
    kind,
    profile: createScimProfile(settings, { api, log }),
    hooks: {},
    accountRecovery: null,
    openStepUpRequest: null,
    createOidcClients: () => [],
    createProvisioning: async () => (await import('./provision.js')).createScimProvisioning(deps),
    artefacts: {},
  };
}
