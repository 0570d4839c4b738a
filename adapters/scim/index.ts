import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import type { Adapter } from '../adapter.js';
import { createScimApi } from './client.js';
import { createScimProfile } from './profile.js';
import type { ScimConnection } from './schema.js';

/** What a SCIM adapter is made of. */
export interface ScimDeps {
  /** As `scimConnectionGuard` returns it. */
  readonly settings: ScimConnection;
  readonly core: CoreDeps;
  readonly fetch: Fetch;
}

/**
 * Makes the adapter of one SCIM server: the profile, and nothing that a provider calls. Nothing is sent yet.
 */
export function createScimAdapter({ settings: { kind, scim }, core, fetch }: ScimDeps): Adapter {
  const api = createScimApi(scim, { fetch, clock: core.clock });
  return { kind, profile: createScimProfile(scim, { api, log: core.log }), hooks: {}, openStepUpRequest: null };
}
