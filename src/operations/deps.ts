import type { Clock, Fetch, Log, Random } from '../core/ports.js';

/** Dependencies of operations, from the command line and in a server. */
export interface OperationDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
}
