import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import { sleep as sleepInFact, whileSearching } from '../../src/core/resilience.js';
import { createScimApi } from './client.js';
import type { ScimConnection } from './config.js';
import { createScimProfile } from './profile.js';

export function createScimAdapter(deps: AdapterDeps<ScimConnection>, sleep = sleepInFact): Adapter {
  const { settings, clock, fetch, log } = deps;
  const { kind, scim } = settings;
  const api = createScimApi(scim, { fetch, clock }, { sleep });
  const searchApi = createScimApi(scim, { fetch, clock }, { patience: whileSearching, sleep });
  return {
    kind,
    contract: { signInHook: null, eventHook: null, claim: null },
    profile: createScimProfile(settings, { api, searchApi, log, sleep }),
    hooks: {},
    createProvisioning: async () => (await import('./provision.js')).createScimProvisioning(deps),
  };
}
