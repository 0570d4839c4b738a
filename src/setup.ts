import type { Adapter } from '../adapters/adapter.js';
import type { Provisioning } from '../adapters/provisioning.js';
import type { ConnectionConfig, ConnectionGuards } from './config/connection.js';
import type { Config } from './config/schema.js';

/** The kinds of Smart Hook OneLogin has. */
export const smartHookTypes = ['pre-authentication', 'user-migration'] as const;

/** What a Smart Hook is rendered from, beside the connection. */
export interface SmartHookRequest {
  readonly type: (typeof smartHookTypes)[number];
  /** Where OneLogin reaches this server, without a slash at the end. */
  readonly publicUrl: string;
  /** The source of a function that is in its place already; `null` without one. */
  readonly compose: string | null;
}

/** One configured connection, and what its adapter offers. Nothing of an adapter is loaded before it is asked for. */
export interface ConfiguredConnection extends ConnectionConfig {
  /** @param publicUrl - where the provider reaches this server, without a slash at the end */
  createAdapter(publicUrl: string): Promise<Adapter>;
  /** @param publicUrl - where the provider reaches this server, without a slash at the end */
  createProvisioning(publicUrl: string): Promise<Provisioning>;
  /**
   * Renders the function that OneLogin runs; `null` for every other provider.
   * @throws FaceError `config_invalid`: it does not fit, or cannot be composed
   */
  readonly renderSmartHook: ((request: SmartHookRequest) => Promise<string>) | null;
}

/** The configuration, and its connections in reach of their adapters: only src/main.ts knows those. */
export interface Setup {
  readonly config: Config<ConnectionGuards>;
  readonly connections: readonly ConfiguredConnection[];
}
