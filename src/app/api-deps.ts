import type { AdmissionPorts } from '../access/admission.js';
import type { ReloadPorts, WithOperations } from '../admin/operations/operations-context.js';
import type { Brands } from '../brand/brands.js';
import type { ContactCodesConfig } from '../config/schema.js';
import type { AccountNames } from '../connections/account-names.js';
import type { Ports } from '../core/deps.js';
import type { Contributions, ExtensionPorts } from '../extensions/extension.js';
import type { HomePages } from '../home/home-page.js';
import type { RefusedCalls } from '../http/refused-calls.js';
import type { RecordPorts } from '../privacy/export.js';
import type { Undelivered } from '../security-events/undelivered.js';
import type { FlowPorts } from '../step-up/flow.js';

/** The ports of all endpoints. */
export interface ApiDeps
  extends AdmissionPorts,
    Contributions,
    ExtensionPorts,
    FlowPorts,
    HomePages,
    RecordPorts,
    ReloadPorts,
    WithOperations,
    Ports<'auditEvents' | 'ledger' | 'passkeys' | 'judge' | 'encryptedPictures' | 'webPush'> {
  readonly contactCodes: ContactCodesConfig;
  readonly accounts: AccountNames;
  readonly brands: Brands;
  readonly refusedCalls: RefusedCalls;
  /** `null` if this server sends no events. */
  readonly undelivered: Undelivered | null;
}
