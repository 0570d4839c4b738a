import type { Clock, Fetch, Log, Random } from '../core/ports.js';

/** What looking after a connection and a server takes from outside, from a command line as in a running server. */
export interface OperationDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
}
