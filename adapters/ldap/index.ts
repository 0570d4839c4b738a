import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import { sleep as sleepInFact } from '../../src/core/resilience.js';
import { createLdapApi } from './client.js';
import type { LdapConnection } from './config.js';
import { createLdapProfile } from './profile.js';

export function createLdapAdapter(deps: AdapterDeps<LdapConnection>, sleep = sleepInFact): Adapter {
  const { settings, clock, log } = deps;
  const api = createLdapApi(settings.ldap, { clock });
  return {
    kind: settings.kind,
    contract: { signInHook: null, eventHook: null, claim: null },
    profile: createLdapProfile(settings, { api, log, sleep }),
    hooks: {},
    createProvisioning: async () => (await import('./provision.js')).createLdapProvisioning(deps),
  };
}
