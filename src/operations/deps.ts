import type { Clock, Fetch, Log, Random } from '../core/ports.js';

export interface OperationDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
}
