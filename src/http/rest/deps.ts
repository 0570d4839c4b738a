import type { Sandbox } from '../../access/client-tokens.js';
import type { Administrator } from '../../access/rights.js';
import type { ClientRequest } from '../../access/usage.js';
import type { OperationsContext } from '../../admin/operations/operations-context.js';
import type { Brands } from '../../brand/brands.js';
import type { ConsoleConfig } from '../../config/console.js';
import type { Problem } from '../../config/problem.js';
import type { ContactCodesConfig } from '../../config/schema.js';
import type { AccountNames } from '../../connections/account-names.js';
import type { RecordOf } from '../../core/audit-events.js';
import type { Html } from '../../core/base/html.js';
import type { Policy, SubjectRef } from '../../core/connection.js';
import type { Ports, ServerPorts } from '../../core/deps.js';
import type { LedgerStore, LivenessVendors, WebPush } from '../../core/ports.js';
import type { ToDo } from '../../core/to-do.js';
import type { FaceErrorCode } from '../../errors.js';
import type { Undelivered } from '../../security-events/undelivered.js';
import type { FlowPorts } from '../../step-up/flow.js';
import type { HomePage } from './home-page.js';

/** Result of a reload. After a failure, nothing has changed. */
export interface Reloaded {
  readonly code: FaceErrorCode | null;
  readonly changed: readonly string[];
  readonly needingRestart: readonly string[];
  readonly problems: readonly Problem[];
  readonly switched: readonly { readonly connection: string; readonly mode: Policy['mode']; readonly by: string }[];
}

/** What extensions add to parts of the core. */
export interface Contributions {
  /** `null` if no sandbox token is valid. */
  readonly sandbox: Sandbox | null;
  /** Find open tasks, as far as an administrator may see them. */
  readonly openWork: readonly ((administrator: Administrator, deps: Ports<'state'>) => Promise<readonly ToDo[]>)[];
  /** Vendors of liveness checks, by name. */
  readonly livenessVendors: LivenessVendors;
  /** Paragraphs of the API catalogue, about the preparation of calls. */
  readonly catalogueNotes: readonly Html[];
}

export interface ApiDeps
  extends Contributions,
    ServerPorts,
    FlowPorts,
    Ports<'auditEvents' | 'keys' | 'passkeys' | 'judge' | 'analysisCache'> {
  /** SHA-256 digest of the first owner's API key, which is sent in `X-Admin-Key`. */
  readonly adminKeyDigest: Uint8Array;
  readonly contactCodes: ContactCodesConfig;
  readonly console: ConsoleConfig;
  readonly webPush: WebPush | null;
  /** Called after each request with a valid client token. */
  readonly onClientRequest: (request: ClientRequest) => void;
  /**
   * Returns this server's newest audit records about a user. `left` is the number of older records that are not
   * returned.
   */
  readonly recordsOf: (who: SubjectRef) => Promise<{ readonly records: readonly RecordOf[]; readonly omitted: number }>;
  /** Enrolment index and decision log, read-only. */
  readonly ledger: LedgerStore;
  readonly accounts: AccountNames;
  readonly brands: Brands;
  readonly homePages: ReadonlyMap<string, HomePage>;
  /** Reads the configuration again and activates every change that needs no restart. Never rejects. */
  readonly reload: (by: string) => Promise<Reloaded>;
  readonly operations: OperationsContext;
  /** `null` if this server sends no events. */
  readonly undelivered: Undelivered | null;
}

/** The ports that a function of the API uses, itself or through the functions that it calls. */
export type ApiPorts<Name extends keyof ApiDeps> = Pick<ApiDeps, Name>;
