import type { Limits } from './limits/limits.js';
import type { Audit, Clock, Log, Random, Signer, State, Verifier } from './ports.js';

/** The ports every part of the core takes from. */
export interface CoreDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly state: State;
  readonly audit: Audit;
  readonly log: Log;
  readonly verifier: Verifier;
  readonly signer: Signer;
  /** Who signs: the public address of this server, without a slash at the end. */
  readonly issuer: string;
  readonly settings: CoreSettings;
}

/** What an administrator decides for all connections. */
export interface CoreSettings {
  readonly limits: Limits;
  /** How long a consent is kept after it was withdrawn, in days; `null` is without end. */
  readonly consentDays: number | null;
}
