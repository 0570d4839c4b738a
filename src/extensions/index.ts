import type { z } from 'zod';
import type { ConnectionAdditions } from '../config/additions.js';
import type { ConnectionConfig } from '../config/connection.js';
import type { SectionProblem, SharedConfig } from '../config/load.js';
import type { Check } from '../connections/provisioning.js';
import type { Setup } from '../connections/setup.js';
import type { PersonalData, Ports } from '../core/deps.js';
import type { PresentedDocuments } from '../core/ports.js';
import type { OidcExtension } from '../oidc/feature.js';
import { corePersonalData } from '../privacy/registry.js';
import { acceptance } from './acceptance/index.js';
import { campaigns } from './campaigns/index.js';
import { counter } from './counter/index.js';
import { credentials } from './credentials/index.js';
import { developerPortal } from './developer-portal/index.js';
import { digitalDocuments } from './digital-documents/index.js';
import type { Contributions, ExtendedServer, Extension } from './extension.js';
import { organisations } from './organisations/index.js';
import { proofPack } from './proof-pack/index.js';
import { roster } from './roster/index.js';
import { sharedSignals } from './shared-signals/index.js';
import { signatures } from './signatures/index.js';
import { vendorLiveness } from './vendor-liveness/index.js';
import { verifiedClaims } from './verified-claims/index.js';

/** All extensions. To remove one, remove its row, its row in `src/app/audit-events.ts` and its folder. */
const rows = [
  acceptance,
  campaigns,
  counter,
  credentials,
  developerPortal,
  digitalDocuments,
  organisations,
  proofPack,
  roster,
  sharedSignals,
  signatures,
  vendorLiveness,
  verifiedClaims,
] as const satisfies readonly Extension[];

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

// Without any row, the types of all extensions remain.
type Row = [(typeof rows)[number]] extends [never] ? Extension<Record<never, z.ZodType>> : (typeof rows)[number];
type Sections = Intersection<Row['sections']>;
type AllSections = keyof Sections extends never ? Record<never, never> : z.output<z.ZodObject<Sections>>;

export const extensions: readonly Row[] = rows;

export const sections: Sections = Object.assign({}, ...extensions.map((each) => each.sections));

export const connectionAdditions: ConnectionAdditions = extensions.flatMap((each: Extension) => each.connection ?? []);

export const checkSections = (added: AllSections, config: SharedConfig): readonly SectionProblem[] =>
  extensions.flatMap((each: Extension) => each.check?.(added, config) ?? []);

export const createExtensionChecks = (
  added: AllSections,
  connection: ConnectionConfig,
  deps: Ports<'clock' | 'random'>,
): readonly Check[] => extensions.flatMap((each: Extension) => each.createChecks?.(added, connection, deps) ?? []);

/** Creates the reader of digital documents of a connection. @returns `null` if no extension has one */
export async function openDocuments(
  ...of: Parameters<NonNullable<Extension['openDocuments']>>
): Promise<PresentedDocuments | null> {
  const opened = await Promise.all(extensions.map((each: Extension) => each.openDocuments?.(...of) ?? null));
  return opened.find((each) => each !== null) ?? null;
}

export const extensionCommands: Extension['commands'] = Object.assign({}, ...extensions.map((each) => each.commands));

/** All features that store data about people. */
export const personalData: readonly PersonalData[] = [
  ...corePersonalData,
  ...extensions.flatMap((each: Extension) => each.personalData),
];

/** Fields that the data of extensions adds to the export of a person. */
export const holdings: Extension['holdings'] = Object.assign({}, ...extensions.map((each) => each.holdings));

export const loadOidcExtensions = (): Promise<readonly OidcExtension[]> =>
  Promise.all(extensions.flatMap((each: Extension) => each.oidc?.() ?? []));

/** A configuration with the sections of all extensions. */
export type FullSetup = Setup<AllSections>;

export type OpenedExtensions = readonly Awaited<ReturnType<Row['open']>>[];

export const openExtensions = (server: ExtendedServer<Sections>): Promise<OpenedExtensions> =>
  Promise.all(
    extensions.map(({ open }) => {
      // Most take no parameter. If all do, TypeScript would refuse the argument.
      const openOne: (given: typeof server) => ReturnType<Row['open']> = open;
      return openOne(server);
    }),
  );

/** What an app with extensions is built from. */
export interface Extended {
  readonly config: FullSetup['config'];
  readonly extensions: OpenedExtensions;
}

export const extensionsOn = ({ config, extensions }: Extended): OpenedExtensions =>
  extensions.filter((each) => each.isOn(config));

export function contributionsOf(extended: Extended): Contributions {
  const added: Partial<Contributions>[] = extensionsOn(extended).map(
    (each) => each.contribute?.(extended.config) ?? {},
  );
  return {
    sandbox: added.find(({ sandbox }) => sandbox)?.sandbox ?? null,
    openWork: added.flatMap(({ openWork = [] }) => openWork),
    livenessVendors: new Map(added.flatMap(({ livenessVendors = [] }) => [...livenessVendors])),
  };
}
