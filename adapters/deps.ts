import type { Clock, Fetch, Log, Random } from '../src/core/ports.js';

/** What everything of a provider is made of, for one connection. */
export interface AdapterDeps<Settings> {
  /** The entry of the configuration, as the provider's guard returns it. */
  readonly settings: Settings;
  /** Where the provider reaches this server, without a slash at the end. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
}
