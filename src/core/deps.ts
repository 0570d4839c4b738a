import type { z } from 'zod';
import type { AuditEvents } from './audit-events.js';
import type { JsonObject } from './base/json.js';
import type { Connection, StartedStepUp, SubjectRef } from './connection.js';
import type { SupportedLanguage } from './language.js';
import type { EmailBrand } from './ports/delivery.js';
import type {
  AnalysisCache,
  Audit,
  Binding,
  Clock,
  Delivery,
  Directory,
  EncryptedPictures,
  Fetch,
  Keys,
  LedgerStore,
  LivenessJudge,
  LivenessVendors,
  Log,
  Passkeys,
  Random,
  Signer,
  State,
  Verifier,
  WebPush,
} from './ports.js';

export interface Forgetting {
  readonly binding: Binding;
  readonly by?: string | undefined;
  /** True if the person reported that someone else acted for them. */
  readonly isReported?: boolean | undefined;
}

/**
 * Data that one feature stores about a person. `src/privacy/registry.ts` lists all features, so that exports, erasures and changes
 * of enrolments include them.
 */
export interface PersonalData {
  /** Name in erasure receipts. */
  readonly part: string;
  /** Keys in the state store. `*` stands for any text. */
  readonly keys: readonly string[];
  /** Reads the data for an export, by field name. `null` if the data is not exported. */
  readonly read:
    | ((who: SubjectRef, deps: Ports<'state' | 'clock' | 'keys'>, binding: Binding) => Promise<JsonObject>)
    | null;
  /**
   * First event that deletes the data. Events further down in this list delete it too.
   * - `enrolment`: the person enrols again
   * - `revocation`: the enrolment ends
   * - `erasure`: an erasure, before anything that needs the provider
   * - `erasure_last`: an erasure, after the enrolment has ended
   */
  readonly endedBy: 'enrolment' | 'revocation' | 'erasure' | 'erasure_last';
  readonly forget: (
    who: SubjectRef,
    deps: Ports<'state' | 'clock' | 'random' | 'audit'>,
    forgetting: Forgetting,
  ) => Promise<unknown>;
  /**
   * Deletes what was given under consents that the person withdrew.
   * @param withdrawn.client - `null` for all clients
   */
  readonly forgetConsented?: (
    who: SubjectRef,
    withdrawn: { readonly client: string | null; readonly by?: string | undefined },
    deps: Ports<'state' | 'clock' | 'audit'>,
  ) => Promise<unknown>;
}

/** Ports and settings of the core, by the names that functions receive them under. */
interface AllPorts {
  readonly state: State;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
  /** The audit events of all features. */
  readonly auditEvents: AuditEvents;
  readonly log: Log;
  readonly fetch: Fetch;
  /** Connects to public addresses only. */
  readonly publicFetch: Fetch;
  readonly verifier: Verifier;
  readonly signer: Signer;
  readonly keys: Keys;
  readonly passkeys: Passkeys;
  readonly judge: LivenessJudge;
  readonly livenessVendors: LivenessVendors;
  readonly analysisCache: AnalysisCache;
  /** `null` if photos leave this server, or nothing parses them. */
  readonly encryptedPictures: EncryptedPictures | null;
  readonly delivery: Delivery;
  readonly webPush: WebPush | null;
  /** Enrolment index and decision log, read-only. */
  readonly ledger: LedgerStore;
  readonly settings: CoreSettings;
  /** Public URL of this server, without a trailing slash. */
  readonly issuer: string;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly brandOf: (connection: Connection) => Promise<EmailBrand>;
  readonly linkOf: (started: StartedStepUp, language: SupportedLanguage) => string;
  /** Functions that create the directory of a connection, by connection id. */
  readonly directories: ReadonlyMap<string, () => Promise<Directory>>;
}

/** Rate limits that the administrator can change (`limits/limits.ts`). */
export type Limits = Readonly<
  Record<
    | 'outsiderStarts'
    | 'outsiderStartsOfConnection'
    | 'outsiderLookUps'
    | 'outsiderLookUpsOfConnection'
    | 'outsiderChecks'
    | 'outsiderChecksOfConnection'
    | 'clientPictures'
    | 'clientLookUps'
    | 'administratorLookUps'
    | 'identifications'
    | 'vendorChecks'
    | 'revocations',
    number
  >
>;

export interface CoreSettings {
  readonly limits: Limits;
  readonly consentDays: number | null;
  /** Head movements of a full check without light: one if a second judge of passive liveness is configured. */
  readonly turns: 1 | 2;
  /** Features that store data about people. */
  readonly personalData: readonly PersonalData[];
  /** Fields that extensions add to the export of a person, by name. */
  readonly holdings: Readonly<Record<string, z.ZodType>>;
}

/** The ports that a function uses, itself or through the functions that it calls. */
export type Ports<Name extends keyof AllPorts> = Pick<AllPorts, Name>;

/** The ports that every server has. */
export type CoreDeps = Ports<
  'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'signer' | 'settings' | 'issuer'
>;

/** The ports of a running server. */
export type ServerPorts = CoreDeps & Ports<'delivery' | 'connections' | 'brandOf' | 'linkOf' | 'directories'>;
