import type { Adapter } from '../adapters/adapter.js';
import type { ConnectionConfig, ConnectionGuards } from './config/connection.js';
import type { Config } from './config/schema.js';

/** One configured connection, and what its adapter offers. Nothing of an adapter is loaded before it is asked for. */
export interface ConfiguredConnection extends ConnectionConfig {
  /** @param publicUrl - where the provider reaches this server, without a slash at the end */
  createAdapter(publicUrl: string): Promise<Adapter>;
}

/** The configuration, and its connections in reach of their adapters: only src/main.ts knows those. */
export interface Setup {
  readonly config: Config<ConnectionGuards>;
  readonly connections: readonly ConfiguredConnection[];
}
