import { connectionGuards } from '../adapters/index.js';
import { type Modes, readModes, settleModes } from '../src/admin/operations/modes.js';
import { createBackground, createSecretUses, type Upkeep } from '../src/admin/operations/upkeep.js';
import { createConfigGuard } from '../src/config/schema.js';
import type { ConfiguredConnection, Setup } from '../src/connections/setup.js';
import type { Connection, Policy } from '../src/core/connection.js';
import type { CoreDeps } from '../src/core/deps.js';
import type { Jobs } from '../src/core/jobs.js';
import { FaceError } from '../src/errors.js';
import { createTestJobs } from './jobs.js';

export const emptySetup = (settings: object = {}): Setup => ({
  config: createConfigGuard(connectionGuards).parse(settings),
  connections: [],
});

/** Returns a configuration whose connections have no adapters. */
export const setupOf = (connections: readonly Connection[]): Setup => ({
  ...emptySetup(),
  connections: connections.map(({ id, kind, policy }) => {
    const configured = (mode: Policy['mode']): ConfiguredConnection => ({
      ...{ id, kind, policy: { ...policy, mode }, me: null, organisations: null, oidc: null, inMode: configured },
      createAdapter: () => Promise.reject(new FaceError('internal')),
    });
    return configured(policy.mode);
  }),
});

/**
 * Creates the operations context of a running server.
 * @param setup - returns the current configuration
 */
export function createTestUpkeep(
  core: Pick<CoreDeps, 'clock' | 'random' | 'log' | 'state' | 'audit' | 'signer'> & { readonly jobs?: Jobs },
  setup?: () => Setup,
): Upkeep {
  const empty = emptySetup();
  const find = setup ?? (() => empty);
  let modes: Modes = new Map();
  const upkeep: Upkeep = {
    ...core,
    jobs: core.jobs ?? createTestJobs(core),
    fetch: (url, init) => fetch(url, init),
    background: createBackground(core),
    setup: find,
    modes: () => modes,
    async followModes() {
      await settleModes(find().connections, upkeep);
      modes = await readModes(upkeep);
    },
    secretUses: createSecretUses(core),
    trail: { chain: 'of-the-tests', waitingSec: () => 0 },
  };
  return upkeep;
}
