import type { ConsoleConfig } from '../config/console.js';
import type { ContactCodesConfig } from '../config/contact-codes.js';
import type { OnboardingConfig } from '../config/onboarding.js';
import type { Problem } from '../config/problem.js';
import type { RecordOf } from '../core/audit-events.js';
import type { Brands } from '../core/brand/brands.js';
import type { CampaignDeps } from '../core/campaign/deps.js';
import type { Policy, SubjectRef } from '../core/connection.js';
import type { Keys, LedgerStore, LivenessJudge, Passkeys, Sight, WebPush } from '../core/ports.js';
import type { FaceErrorCode } from '../errors.js';
import type { AccountNames } from '../ledger/account-names.js';
import type { Upkeep } from '../operations/upkeep.js';
import type { HomePage } from './home-page.js';
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
  /** Connections whose mode was switched by hand, over what the configuration says. */
  readonly switched: readonly { readonly connection: string; readonly mode: Policy['mode']; readonly by: string }[];
}

/** What the REST API takes from outside. */
export interface ApiDeps extends CampaignDeps {
  /** SHA-256 of the text expected in `X-Admin-Key` where an administrator is asked for. */
  readonly adminKeyDigest: Uint8Array;
  /** The countries that backends may have one-time codes sent to. */
  readonly contactCodes: ContactCodesConfig;
  /** Where developers try calls, and how much they may ask for. */
  readonly onboarding: OnboardingConfig;
  /** How administrators sign in at the web page, and what it asks of them. */
  readonly console: ConsoleConfig;
  readonly judge: LivenessJudge;
  readonly sight: Sight;
  readonly keys: Keys;
  readonly passkeys: Passkeys;
  /** `null`: this server pushes no notices. */
  readonly webPush: WebPush | null;
  /** Told of every request of a caller who showed a client token that holds, once it is over. */
  readonly onClientRequest: (request: ClientRequest) => void;
  /** The newest records of this server's own audit trail about a user; `left`: how many older ones there are. */
  readonly recordsOf: (who: SubjectRef) => Promise<{ readonly records: readonly RecordOf[]; readonly left: number }>;
  /** The enrolment index and the log of decisions, to be read. */
  readonly ledger: LedgerStore;
  readonly accounts: AccountNames;
  /** How the organisation looks to people. */
  readonly brands: Brands;
  /** What people find on their own page, by the id of the connection. */
  readonly homePages: ReadonlyMap<string, HomePage>;
  /** Loads the configuration anew, and puts in force what can be. Never rejects. */
  readonly reload: (by: string) => Promise<Reloaded>;
  /** A campaign was planned or changed: whoever sends looks at it now. */
  readonly wakeCampaigns: () => void;
  /** What looking after the server and its connections takes. */
  readonly upkeep: Upkeep;
}
