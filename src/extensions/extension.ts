import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Express } from 'express';
import type { z } from 'zod';
import type { SandboxSetting } from '../access/client-tokens.js';
import type { OpenWork } from '../admin/endpoints/open-work.js';
import type { WithOperations } from '../admin/operations/operations-context.js';
import type { CliDeps } from '../cli/deps.js';
import type { ConnectionAddition, ConnectionSections } from '../config/additions.js';
import type { ConnectionConfig } from '../config/connection.js';
import type { SectionProblem, SharedConfig } from '../config/load.js';
import type { Check } from '../connections/provisioning.js';
import type { Connection } from '../core/connection.js';
import type { PersonalData, Ports, ServerPorts } from '../core/deps.js';
import type { Jobs } from '../core/jobs.js';
import type { PresentedDocuments } from '../core/ports.js';
import type { BodyPools } from '../http/request-budget.js';
import type { Endpoint } from '../http/rest/endpoint.js';
import type { OidcExtension } from '../oidc/feature.js';

export interface Configured<Sections extends z.ZodRawShape> {
  /** Only the sections of the extension. */
  readonly config: { readonly [Section in keyof Sections]: z.output<Sections[Section]> };
}

/** What an extension may use of a running server. */
export interface ExtendedServer<Sections extends z.ZodRawShape> {
  /** Returns the ports since the last reload. */
  readonly current: () => ServerPorts & Configured<Sections>;
  readonly jobs: Jobs;
  /** Waits, but ends early if the signal aborts. Never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What extensions add to parts of the core. */
export type Contributions = SandboxSetting & OpenWork & Ports<'livenessVendors'>;

/** The ports that endpoints of extensions may use. */
export type ExtensionPorts = ServerPorts & Ports<'keys' | 'analysisCache' | 'ledger' | 'auditEvents'> & WithOperations;

export interface MountPorts extends ExtensionPorts, Ports<'fetch'> {
  readonly bodyPools: BodyPools;
  /** Sections that extensions add to connections, by connection id. */
  readonly sectionsOf: ReadonlyMap<string, Partial<ConnectionSections>>;
}

/** A part of a running server. It outlives reloads. */
export interface OpenedExtension<Sections extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  isOn(config: Configured<Sections>['config']): boolean;
  /** Called at the start and after each reload, if the extension is on. */
  createEndpoints(deps: ExtensionPorts & Configured<Sections>): readonly Endpoint[];
  /** Mounts routes in the format of another protocol, when the endpoints are created. */
  mount?(app: Express, deps: MountPorts): void;
  /** Returns what it adds to parts of the core, if it is on. */
  contribute?(config: Configured<Sections>['config']): Partial<Contributions>;
  /** Starts background jobs, when the server listens. */
  start(): void;
  /** Stops the jobs, and waits for their current runs. */
  close(): Promise<void>;
}

/** What an extension adds to the product. Each is a folder, a row in index.ts, and a row in src/app/audit-events.ts if it has events. */
export interface Extension<Sections extends z.ZodRawShape = z.ZodRawShape> {
  /** Sections of the configuration, by key. They say if the extension is on. */
  readonly sections: Sections;
  /** Checks its sections against the other settings. */
  check?(sections: Configured<Sections>['config'], config: SharedConfig): readonly SectionProblem[];
  /** What it adds to the settings of a connection. */
  readonly connection?: ConnectionAddition;
  /** Creates its checks of a connection, for the doctor. */
  createChecks?(
    sections: Configured<Sections>['config'],
    connection: ConnectionConfig,
    deps: Ports<'clock' | 'random'>,
  ): readonly Check[];
  /** Creates the reader of digital documents, if the connection has its section. */
  openDocuments?(
    sections: Partial<ConnectionSections>,
    connection: Pick<Connection, 'id' | 'profile'>,
    deps: Ports<'state' | 'clock' | 'log' | 'keys' | 'issuer' | 'publicFetch'>,
  ): Promise<PresentedDocuments | null>;
  readonly personalData: readonly PersonalData[];
  /** Fields that `personalData` adds to the export of a person. */
  readonly holdings: Readonly<Record<string, z.ZodType>>;
  /** What it adds to the OpenID provider. Loaded only if a connection has OpenID clients. */
  readonly oidc?: () => Promise<OidcExtension>;
  /** Commands by name, such as `campaign` or `applications requests`. Only the requested command is loaded. */
  readonly commands: Readonly<Record<string, () => Promise<(deps: CliDeps) => CommandUnknownOpts>>>;
  open(server: ExtendedServer<Sections>): Promise<OpenedExtension<Sections>>;
}

/** Opens an extension that has no settings and no background jobs. */
export const alwaysOn = (name: string, createEndpoints: OpenedExtension['createEndpoints']): OpenedExtension => ({
  name,
  isOn: () => true,
  createEndpoints,
  start() {},
  close: async () => {},
});

/** Contributes nothing. A row spreads it, and replaces what the extension contributes. */
export const nothing = { sections: {}, personalData: [], holdings: {}, commands: {} } as const;
