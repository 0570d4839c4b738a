import type { ConsoleConfig } from '../config/console.js';
import type { OnboardingConfig } from '../config/onboarding.js';
import type { Problem } from '../config/problem.js';
import type { RecordOf } from '../core/audit-events.js';
import type { Connection, SubjectRef } from '../core/connection.js';
import type { CoreDeps } from '../core/deps.js';
import type { Delivery, Keys, LivenessJudge, Passkeys, Sight } from '../core/ports.js';
import type { FaceErrorCode } from '../errors.js';
import type { ClientRequest } from './usage.js';

/** What became of a configuration that was loaded while the server ran: where it cannot be in force, nothing changed. */
export interface Reloaded {
  /** Why it is not in force; `null`: it is. */
  readonly code: FaceErrorCode | null;
  /** Dotted paths of what changed. */
  readonly changed: readonly string[];
  /** The same of what only a restart changes. */
  readonly needingRestart: readonly string[];
  readonly problems: readonly Problem[];
}

/** What the REST API takes from outside. */
export interface ApiDeps extends CoreDeps {
  /** SHA-256 of the text expected in `X-Admin-Key` where an administrator is asked for. */
  readonly adminKeyDigest: Uint8Array;
  /** Where developers try calls, and how much they may ask for. */
  readonly onboarding: OnboardingConfig;
  /** How administrators sign in at the web page, and what it asks of them. */
  readonly console: ConsoleConfig;
  readonly delivery: Delivery;
  readonly judge: LivenessJudge;
  readonly sight: Sight;
  readonly keys: Keys;
  readonly passkeys: Passkeys;
  /** Told of every request of a caller who showed a client token that holds, once it is over. */
  readonly onClientRequest: (request: ClientRequest) => void;
  /** The newest records of this server's own audit trail about a user; `left`: how many older ones there are. */
  readonly recordsOf: (who: SubjectRef) => Promise<{ readonly records: readonly RecordOf[]; readonly left: number }>;
  /** Loads the configuration anew, and puts in force what can be. Never rejects. */
  readonly reload: () => Promise<Reloaded>;
  /** By id. */
  readonly connections: ReadonlyMap<string, Connection>;
}
