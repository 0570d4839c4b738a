import type { Limits } from './limits/limits.js';
import type { Audit, Clock, Log, Random, Signer, State, Verifier } from './ports.js';

export interface CoreDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly state: State;
  readonly audit: Audit;
  readonly log: Log;
  readonly verifier: Verifier;
  readonly signer: Signer;
  /** Public URL of this server, without a trailing slash. */
  readonly issuer: string;
  readonly settings: CoreSettings;
}

export interface CoreSettings {
  readonly limits: Limits;
  readonly consentDays: number | null;
}
