import type { Audit, Clock, Log, Random, State, Verifier } from './ports.js';

/** The ports every part of the core takes from. */
export interface CoreDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly state: State;
  readonly audit: Audit;
  readonly log: Log;
  readonly verifier: Verifier;
}
