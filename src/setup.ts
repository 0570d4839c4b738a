import type { Adapter } from '../adapters/adapter.js';
import type { Provisioning } from '../adapters/provisioning.js';
import type { ConnectionConfig, ConnectionGuards } from './config/connection.js';
import type { Config } from './config/schema.js';
import type { CoreDeps } from './core/deps.js';

/** One configured connection, and what its adapter offers. Nothing of an adapter is loaded before it is asked for. */
export interface ConfiguredConnection extends ConnectionConfig {
  createAdapter(core: CoreDeps): Promise<Adapter>;
  /** @param publicUrl - where the provider reaches this server, without a slash at the end */
  createProvisioning(publicUrl: string): Promise<Provisioning>;
}

/** The configuration, and its connections in reach of their adapters: only src/main.ts knows those. */
export interface Setup {
  readonly config: Config<ConnectionGuards>;
  readonly connections: readonly ConfiguredConnection[];
}
