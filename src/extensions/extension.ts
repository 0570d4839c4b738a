import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { z } from 'zod';
import type { CliDeps } from '../cli/deps.js';
import type { AuditDetails } from '../core/audit-events.js';
import type { PersonalData, ServerPorts } from '../core/deps.js';
import type { Jobs } from '../core/jobs.js';
import type { ApiDeps } from '../rest/deps.js';
import type { Endpoint } from '../rest/endpoint.js';

export interface Configured<Sections extends z.ZodRawShape> {
  /** Only the sections of the extension. */
  readonly config: z.output<z.ZodObject<Sections>>;
}

/** A part of a running server. It outlives reloads. */
export interface OpenedExtension<Sections extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  isOn(config: Configured<Sections>['config']): boolean;
  /** Called at the start and after each reload, if the extension is on. */
  createEndpoints(deps: ApiDeps & Configured<Sections>): readonly Endpoint[];
  /** Starts background jobs, when the server listens. */
  start(): void;
  /** Stops the jobs, and waits for their current runs. */
  close(): Promise<void>;
}

/** What an extension adds to the product. Each is a folder of its own and a row in index.ts. */
export interface Extension<Sections extends z.ZodRawShape = z.ZodRawShape> {
  /** Sections of the configuration, by key. They say if the extension is on. */
  readonly sections: Sections;
  /** Schemas of its audit events, by action. */
  readonly auditDetails: AuditDetails;
  readonly personalData: readonly PersonalData[];
  /** Fields that `personalData` adds to the export of a person. */
  readonly holdings: Readonly<Record<string, z.ZodType>>;
  /** Commands by name. Only the requested command is loaded. */
  readonly commands: Readonly<Record<string, () => Promise<(deps: CliDeps) => CommandUnknownOpts>>>;
  open(server: {
    /** Returns the ports since the last reload. */
    readonly current: () => ServerPorts & Configured<Sections>;
    readonly jobs: Jobs;
    /** Waits, but ends early if the signal aborts. Never rejects. */
    readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  }): Promise<OpenedExtension<Sections>>;
}
