import type { z } from 'zod';
import type { SectionProblem, SharedConfig } from '../config/load.js';
import type { Setup } from '../connections/setup.js';
import { addAuditDetails } from '../core/audit-events.js';
import { addPersonalData } from '../core/personal-data/registry.js';
import type { Contributions } from '../rest/deps.js';
import { addHoldings } from '../rest/replies/holdings.js';
import { campaigns } from './campaigns/index.js';
import { developerPortal } from './developer-portal/index.js';
import type { Extension } from './extension.js';

/** All extensions. To remove one, remove its row and its folder. */
export const extensions = [campaigns, developerPortal] as const satisfies readonly Extension[];

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

type Sections = Intersection<(typeof extensions)[number]['sections']>;
type AllSections = z.output<z.ZodObject<Sections>>;

export const sections: Sections = Object.assign({}, ...extensions.map((each) => each.sections));

export const checkSections = (added: AllSections, config: SharedConfig): readonly SectionProblem[] =>
  extensions.flatMap((each: Extension) => each.check?.(added, config) ?? []);

export const extensionCommands: Extension['commands'] = Object.assign({}, ...extensions.map((each) => each.commands));

/** A configuration with the sections of all extensions. */
export type FullSetup = Setup<AllSections>;

export type OpenedExtensions = readonly Awaited<ReturnType<(typeof extensions)[number]['open']>>[];

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
    catalogueNotes: added.flatMap(({ catalogueNotes = [] }) => catalogueNotes),
  };
}

for (const { auditDetails, personalData, holdings } of extensions) {
  addAuditDetails(auditDetails);
  addPersonalData(personalData);
  addHoldings(holdings);
}
