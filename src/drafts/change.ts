import { leaveOut } from '../admin/operations/checks/in-turn.js';
import { collectChecks, runChecks } from '../admin/operations/doctor.js';
import { wouldRefuseAll } from '../admin/operations/open-connection.js';
import type { OperationsContext, ReloadPorts, WithOperations } from '../admin/operations/operations-context.js';
import { countUsers } from '../admin/operations/plan.js';
import { hooksAnswer } from '../connections/provisioning.js';
import type { Setup } from '../connections/setup.js';
import { refusesEveryone } from '../core/rules/rule.js';
import { FaceError, type Json, toCode } from '../errors.js';
import { activate, requireFolder } from './activate.js';
import { toNewConnection } from './connect.js';
import { discardDraft, saveSection } from './draft.js';
import { digestOfText, readVersion, readVersions } from './file-versions.js';
import {
  baseOf,
  describeConfiguration,
  dropUnchanged,
  isOutdated,
  maskedSectionOf,
  openFile,
  type Place,
  requireDraft,
  requireSound,
  type Section,
} from './review.js';
import { compareFiles, type EditableSection, findSecretProblems, readSection, restoreSecrets } from './sections.js';

interface SavedChange extends Place, Pick<Section, 'value'> {
  /** `null` if there was no draft. */
  readonly revision: number | null;
  /** Administrator. */
  readonly by: string;
}

async function saveInDraft(
  { connection, section, value, revision, by }: SavedChange,
  text: string,
  operations: OperationsContext,
) {
  const place = { connection, section };
  await saveSection({ section: { ...place, value, base: baseOf(text, place) }, revision }, by, operations);
  const detail = { section: `${connection}.${section}`, by };
  await operations.audit.append({ action: 'configuration_draft_saved', connection: '', subject: '', detail });
  return describeConfiguration(operations);
}

/**
 * Replaces a section in the draft, or begins a draft.
 * @throws `draft_secret` if it has a secret as text; `draft_changed`, `connection_unknown`, `configuration_read_only`
 */
export async function changeInDraft(
  change: SavedChange & { readonly section: EditableSection },
  operations: OperationsContext,
) {
  const { connection, section, value } = change;
  const { text, loaded } = await openFile(operations);
  restoreSecrets(value, readSection(text, connection, section));
  const former = maskedSectionOf(text, loaded, { connection, section });
  if (findSecretProblems(section, value, { former }).length > 0) throw new FaceError('draft_secret');
  return saveInDraft(change, text, operations);
}

/**
 * Adds a connection to the draft.
 * @throws `not_found` for an unknown kind; `name_taken`, also for an id of an earlier version; `draft_changed`
 */
export async function addToDraft(
  {
    kind,
    values,
    ...change
  }: Pick<SavedChange, 'connection' | 'revision' | 'by'> & {
    readonly kind: string;
    readonly values: Readonly<Record<string, string>>;
  },
  operations: OperationsContext,
) {
  const { connection } = change;
  const guide = operations.guides.find((each) => each.kind === kind);
  if (guide === undefined) throw new FaceError('not_found');
  const value: Json = toNewConnection(guide, { id: connection, kind, values });
  const { text } = await openFile(operations);
  const { configurationFolder: folder } = operations.setup().config;
  const earlier = folder === null ? [] : await readVersions(folder);
  const isTaken = [text, ...earlier].some((each) => readSection(each, connection, 'connection') !== undefined);
  if (isTaken) throw new FaceError('name_taken');
  return saveInDraft({ ...change, section: 'connection', value }, text, operations);
}

/** Runs the checks of one connection as the draft configures it. @throws `draft_changed`, `connection_unknown` */
export async function checkConnection(
  { id, revision }: { readonly id: string; readonly revision: number },
  operations: OperationsContext,
) {
  const { setup } = await requireSound(await openFile(operations), await requireDraft(revision, operations));
  const connection = setup.connections.find((each) => each.id === id);
  if (connection === undefined) throw new FaceError('connection_unknown');
  const { checks } = await collectChecks({ setup, connection, switched: null }, operations);
  // This server has no hooks of a new connection before its activation.
  const isNew = !operations.setup().connections.some((each) => each.id === id);
  const possible = isNew ? leaveOut(hooksAnswer, checks) : checks;
  const findings = [];
  for await (const { title, verdict, found, remedy } of runChecks(possible, operations))
    findings.push({ title, verdict, found, remedy });
  return findings;
}

/** Deletes the draft, and records it. @throws `draft_changed` */
export async function dropDraft(revision: number, by: string, operations: OperationsContext) {
  await discardDraft(revision, by, operations);
  const action = 'configuration_draft_discarded';
  await operations.audit.append({ action, connection: '', subject: '', detail: { by } });
  return describeConfiguration(operations);
}

/** @throws `nobody_can_pass` if a connection would begin to refuse everyone, because no user is enrolled */
async function checkSomeoneCanPass(next: Setup, { setup, log }: OperationsContext): Promise<void> {
  const refusing = new Set(setup().connections.flatMap(({ id, policy }) => (refusesEveryone(policy) ? [id] : [])));
  const { publicUrl } = next.config;
  for (const connection of next.connections) {
    const { id, policy } = connection;
    if (publicUrl === null || refusing.has(id) || !refusesEveryone(policy)) continue;
    const adapter = await connection.createAdapter(publicUrl);
    const census = await countUsers({ connection, adapter, provisioning: await adapter.createProvisioning() }, { log });
    if (wouldRefuseAll(census, policy)) throw new FaceError('nobody_can_pass');
  }
}

interface Activation {
  readonly by: string;
  readonly reason: string;
  /** True to activate even if a connection then refuses everyone. */
  readonly isSure: boolean;
}

/**
 * Writes the draft as a new version, and activates it.
 * @throws `draft_changed`, `draft_outdated`, `config_invalid`, `configuration_read_only`, `nobody_can_pass`
 */
export async function applyDraft(
  { revision, by, reason, isSure }: Activation & { readonly revision: number },
  deps: ReloadPorts & WithOperations,
) {
  const { operations } = deps;
  requireFolder(operations);
  const file = await openFile(operations);
  const draft = dropUnchanged(await requireDraft(revision, operations), file);
  if (draft.sections.some((each) => isOutdated(file.text, each))) throw new FaceError('draft_outdated');
  const { text, setup } = await requireSound(file, draft);
  if (!isSure) await checkSomeoneCanPass(setup, operations);
  const changed = draft.sections.map(({ connection, section }) => `${connection}.${section}`);
  const confirm = async (): Promise<void> => void (await requireDraft(revision, operations));
  await activate(file, text, { by, reason, changed }, confirm, deps);
  // A draft that was saved during the activation remains.
  await discardDraft(revision, by, operations).catch((error: unknown) => {
    if (toCode(error) !== 'draft_changed') throw error;
  });
  return describeConfiguration(operations);
}

/** Finds what restoring a version would change. @throws `not_found`, `config_invalid`, `configuration_read_only` */
export async function compareVersion(number: number, operations: OperationsContext) {
  const file = await openFile(operations);
  const text = await readVersion(requireFolder(operations), number);
  const { connections } = await file.load(text);
  return compareFiles({ text: file.text, connections: file.loaded?.connections ?? [] }, { text, connections });
}

/**
 * Writes an earlier version as a new one, and activates it.
 * @param restored.digest - of the file that the administrator saw
 * @throws `not_found`, `draft_outdated`, `config_invalid`, `configuration_read_only`, `nobody_can_pass`
 */
export async function restoreVersion(
  { number, digest, by, reason, isSure }: Activation & { readonly number: number; readonly digest: string },
  deps: ReloadPorts & WithOperations,
) {
  const { operations } = deps;
  const file = await openFile(operations);
  const text = await readVersion(requireFolder(operations), number);
  const setup = await file.load(text);
  if (digestOfText(file.text) !== digest) throw new FaceError('draft_outdated');
  if (!isSure) await checkSomeoneCanPass(setup, operations);
  await activate(file, text, { by, reason, changed: [`version ${number}`] }, async () => {}, deps);
  return describeConfiguration(operations);
}
