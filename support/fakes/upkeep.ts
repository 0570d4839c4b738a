import { expireRedundantModes, type Modes, readModes } from '../../src/admin/operations/modes.js';
import {
  type ConfigurationFile,
  createBackground,
  type OperationsContext,
} from '../../src/admin/operations/operations-context.js';
import { recoveryGuard } from '../../src/config/recovery.js';
import { createConfigGuard } from '../../src/config/schema.js';
import { createSecretUses } from '../../src/connections/hook.js';
import type { ConfiguredConnection, Setup } from '../../src/connections/setup.js';
import type { Connection, Policy } from '../../src/core/connection.js';
import type { CoreDeps } from '../../src/core/deps.js';
import type { Jobs } from '../../src/core/jobs.js';
import { FaceError } from '../../src/errors.js';
import { connectionGuards } from '../data/connection-guards.js';
import { createTestJobs } from './jobs.js';
import { createKeysInMemory } from './keys.js';

export const emptySetup = (settings: object = {}): Setup => ({
  config: createConfigGuard(connectionGuards).parse(settings),
  connections: [],
});

/** Returns a configuration whose connections have no adapters. */
export const setupOf = (connections: readonly Connection[]): Setup => ({
  ...emptySetup(),
  connections: connections.map(({ id, kind, policy, recovery }) => {
    const configured = (mode: Policy['mode']): ConfiguredConnection => ({
      id,
      kind,
      policy: { ...policy, mode },
      me: null,
      recovery: recovery?.policy ?? recoveryGuard.parse({}),
      sections: {},
      oidc: null,
      inMode: configured,
      checks: [],
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
  core: Pick<CoreDeps, 'clock' | 'random' | 'log' | 'state' | 'audit' | 'signer'> & {
    readonly jobs?: Jobs;
    readonly configurationFile?: ConfigurationFile;
  },
  setup?: () => Setup,
): OperationsContext {
  const empty = emptySetup();
  const find = setup ?? (() => empty);
  let modes: Modes = new Map();
  const operations: OperationsContext = {
    ...core,
    jobs: core.jobs ?? createTestJobs(core),
    fetch: (url, init) => fetch(url, init),
    background: createBackground(core),
    setup: find,
    modes: () => modes,
    configurationFile: core.configurationFile ?? null,
    guides: [],
    connectionGuards,
    restart: () => {},
    keys: createKeysInMemory(core.random(32)),
    loadedDigest: () => null,
    notLoaded: () => null,
    needingRestart: () => [],
    async followModes() {
      await expireRedundantModes(find().connections, operations);
      modes = await readModes(operations);
    },
    secretUses: createSecretUses(core),
    trail: { chain: 'of-the-tests', waitingSec: () => 0 },
  };
  return operations;
}
