import { leaveOut } from '../admin/operations/checks/in-turn.js';
import { collectChecks, runChecks } from '../admin/operations/doctor.js';
import { openConnection, wouldRefuseAll } from '../admin/operations/open-connection.js';
import type {
  ConfigurationFile,
  OperationsContext,
  ReloadPorts,
  WithOperations,
} from '../admin/operations/operations-context.js';
import { countUsers } from '../admin/operations/plan.js';
import { type Problem, problemsOf } from '../config/problem.js';
import { hooksAnswer } from '../connections/provisioning.js';
import { findRuleCallers } from '../connections/rule-callers.js';
import type { Setup } from '../connections/setup.js';
import { checkRules, describeRuleWarning } from '../core/rules/check-rules.js';
import { isInMode, refusesEveryone } from '../core/rules/rule.js';
import { Credential } from '../core/secrets.js';
import { FaceError, type Json, refusals, toCode } from '../errors.js';
import { activate, requireFolder } from './activate.js';
import { callProvider, checkConnections } from './check-connections.js';
import { toNewConnection } from './connect.js';
import { type Draft, discardDraft, readDraft, saveSection } from './draft.js';
import { digestOfText, isWritable, listVersions, readVersion, readVersions } from './file-versions.js';
import type { SectionName } from './replies.js';
import {
  checkServerSettings,
  childOf,
  compareFiles,
  describeSealed,
  findChanges,
  findNewPublicUrl,
  findSecretProblems,
  findSecretsOfSections,
  isSealed,
  jsonGuard,
  listSealed,
  maskSealed,
  maskSecrets,
  readSection,
  restoreSecrets,
  toSetting,
  writeSection,
} from './sections.js';
import { sealStated } from './stated-secrets.js';

const toText = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value, null, 2);

type Section = Draft['sections'][number];
type Place = Pick<Section, 'connection' | 'section'>;

/** Finds what the loaded configuration has in a section, in which secrets have their own types. */
function loadedSectionOf({ config }: Setup, { connection, section }: Place): unknown {
  if (section === 'server') return config;
  const found = config.connections.find(({ id }) => id === connection);
  return section === 'connection' || section === 'secrets' ? found : childOf(found, toSetting(section, found ?? {}));
}

/** Reads a section of the file without its secrets. `undefined` if it is not there, or if the file cannot be loaded. */
function maskedSectionOf(file: string, loaded: Setup | null, place: Place): Json | undefined {
  const value = readSectionIfThere(file, place);
  return value === undefined || loaded === null ? undefined : maskSecrets(value, loadedSectionOf(loaded, place));
}

function readSectionIfThere(file: string, { connection, section }: Place): Json | undefined {
  try {
    return readSection(file, connection, section);
  } catch {
    return undefined;
  }
}

/** Names a section in records, such as `work.policy`. */
const nameSection = ({ connection, section }: Place): string =>
  connection === '' ? section : `${connection}.${section}`;

/** Returns what a path of a section begins with. */
function toPrefix(file: string, { connection, section }: Place): readonly string[] {
  if (section === 'server') return [];
  if (section === 'secrets' || section === 'connection') return [connection];
  const found = readSectionIfThere(file, { connection, section: 'connection' });
  return [connection, toSetting(section, Object(found))];
}

/** Returns where a section is in the file. */
const toPlace = (file: string, place: Place): string =>
  place.section === 'server' ? '' : ['connections', ...toPrefix(file, place)].join('.');

const baseOf = (file: string, place: Place): string =>
  digestOfText(JSON.stringify(readSectionIfThere(file, place) ?? null));

/** Returns true if the section changed in the file after it was saved. */
const isOutdated = (file: string, section: Section): boolean => section.base !== baseOf(file, section);

function changesOf({ text, loaded }: OpenFile, section: Section) {
  const changes = findChanges(maskedSectionOf(text, loaded, section), describeSealed(section.value));
  if (section.section !== 'secrets') return changes;
  const whole = maskedSectionOf(text, loaded, { connection: section.connection, section: 'connection' });
  const find = (setting: string) => jsonGuard.optional().parse(setting.split('.').reduce<unknown>(childOf, whole));
  return changes.map(({ path, after }) => ({ path, before: find(path.join('.')), after }));
}

/** Drops the sections that equal the file, such as one that was also changed by hand. */
const dropUnchanged = (draft: Draft, file: OpenFile): Draft => ({
  ...draft,
  sections: draft.sections.filter((each) => changesOf(file, each).length > 0),
});

interface OpenFile extends ConfigurationFile {
  readonly text: string;
  /** The loaded text. `null` if it cannot be loaded. */
  readonly loaded: Setup | null;
}

/** Reads and loads the configuration file. @throws `configuration_read_only` without a file */
async function openFile({ configurationFile }: OperationsContext): Promise<OpenFile> {
  if (configurationFile === null) throw new FaceError('configuration_read_only');
  const text = await configurationFile.read().catch((cause: unknown) => {
    throw new FaceError(
      'config_invalid',
      { problems: [{ path: 'FACESTEP_CONFIG', reason: 'cannot be read' }] },
      { cause },
    );
  });
  return { ...configurationFile, text, loaded: await configurationFile.load(text).catch(() => null) };
}

/** Returns the file with the sections of the draft. @throws `config_invalid`, `connection_unknown` */
const toFileText = (file: string, { sections }: Draft): string =>
  sections.reduce((text, { connection, section, value }) => {
    const former = readSection(text, connection, section);
    return writeSection(text, connection, section, restoreSecrets(value, former));
  }, file);

interface Checked {
  /** The file with the draft. `null` if it cannot be loaded. */
  readonly next: { readonly text: string; readonly setup: Setup } | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Loads the file with the draft, without activating it. Variables and files that a draft may not name are not read. */
async function checkDraft(
  { text: file, loaded: active, load }: OpenFile,
  draft: Draft,
  operations: OperationsContext,
): Promise<Checked> {
  const find = (loadedIn: Setup | null) =>
    draft.sections.flatMap((each) => {
      const { section, value } = each;
      // The secrets of a new connection are sealed.
      if (section === 'connection') return [];
      const loaded = loadedIn === null ? undefined : loadedSectionOf(loadedIn, each);
      const prefix = toPrefix(file, each);
      const wrong = loadedIn === null ? [] : findNoSecrets(value, prefix, loaded);
      if (section === 'secrets' || wrong.length > 0) return wrong;
      const former = maskedSectionOf(file, active, each);
      const hasHooks = active === null || active.config.connections.length > 0;
      const moved = section === 'server' && hasHooks ? findNewPublicUrl(value, former) : [];
      const found = [...moved, ...findSecretProblems(section, value, { former, loaded })];
      return found.map(({ path, reason }) => ({ path: [...prefix, path].filter(Boolean).join('.'), reason }));
    });
  const before = find(null);
  if (before.length > 0) return { next: null, problems: before, warnings: [] };
  try {
    const text = toFileText(file, draft);
    const setup = await load(text);
    // No provider is called with a draft that could send a secret elsewhere.
    const unsafe = find(setup);
    if (unsafe.length > 0) return { next: null, problems: unsafe, warnings: [] };
    const ids = new Set(draft.sections.map(({ connection }) => connection));
    const problems = await checkConnections({ next: setup, active, ids }, operations);
    const stating = draft.sections.filter(({ section }) => ['provider', 'secrets', 'connection'].includes(section));
    const called = setup.connections.filter(({ id }) => stating.some(({ connection }) => connection === id));
    const found = await Promise.all(called.map((each) => callProvider(each, setup, operations)));
    return {
      next: { text, setup },
      problems: [...problems, ...found.flatMap((each) => each.problems)],
      warnings: found.flatMap((each) => each.warnings),
    };
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    const problems = problemsOf(error);
    const unknown = { path: 'connections', reason: refusals[error.code].text };
    return { next: null, problems: problems.length === 0 ? [unknown] : problems, warnings: [] };
  }
}

/** Finds sealed texts in settings that are no secret. One in the place of an address could send a secret there. */
const findNoSecrets = (value: Json, prefix: readonly string[], loaded: unknown): Problem[] =>
  listSealed(value)
    .filter((path) => !(path.reduce<unknown>(childOf, loaded) instanceof Credential))
    .map((path) => ({ path: [...prefix, ...path].join('.'), reason: 'is no secret' }));

/**
 * Loads a draft that can be activated. A draft with problems could send a secret elsewhere.
 * @throws `draft_changed` if there is no draft of that revision; `config_invalid` with its problems
 */
export async function loadDraft(revision: number, operations: OperationsContext) {
  const file = await openFile(operations);
  const draft = dropUnchanged(await requireDraft(revision, operations), file);
  const { next, problems } = await checkDraft(file, draft, operations);
  if (next !== null && problems.length === 0) return { ...next, file, draft };
  throw new FaceError('config_invalid', { problems: problems.map((each) => ({ ...each })) });
}

async function findWarnings({ sections }: Draft, next: Setup | null, { setup }: OperationsContext): Promise<string[]> {
  const ids = new Set(sections.map(({ connection }) => connection));
  const attributeIn = ({ config }: Setup, id: string, kind: string): unknown => {
    const connection = config.connections.find((each) => each.id === id);
    return childOf(childOf(connection, kind), 'attribute');
  };
  const moved = setup().connections.flatMap(({ id, kind }) =>
    next === null || !ids.has(id) || attributeIn(next, id, kind) === attributeIn(setup(), id, kind)
      ? []
      : [`${id}: everyone must enroll again, because tokens stay in the former attribute`],
  );
  const changed = (next?.connections ?? []).filter(({ id, policy }) => ids.has(id) && policy.rules.length > 0);
  const found = changed.map(async ({ id, policy, oidc, createAdapter }) => {
    const adapter = await createAdapter(setup().config.publicUrl ?? '');
    return checkRules(policy, findRuleCallers(adapter, oidc, null)).map(
      (each) => `${id}: ${describeRuleWarning(each)}`,
    );
  });
  return [...moved, ...(await Promise.all(found)).flat()];
}

/** Describes the configuration file, its draft with changes and problems, and its versions, without secrets. */
export async function describeConfiguration(operations: OperationsContext) {
  const { configurationFile, setup: active, notLoaded, loadedDigest } = operations;
  const file = configurationFile === null ? null : await openFile(operations);
  const folder = active().config.configurationFolder;
  const draft = await readDraft(operations);
  const problem = notLoaded();
  const versions = folder === null ? [] : await listVersions(folder);
  const newest = versions.find(({ digest }) => digest === loadedDigest());
  const textOf = (connection: string, section: Place['section']) =>
    file === null ? null : toText(maskedSectionOf(file.text, file.loaded, { connection, section }));
  return {
    file: {
      digest: digestOfText(file?.text ?? '{}'),
      exists: file !== null,
      path: file?.path ?? null,
      needingRestart: operations.needingRestart(),
      isWritable: file !== null && folder !== null && (await isWritable({ path: file.path, folder })),
      notLoaded: problem && { reason: refusals[problem.code].text, problems: problem.problems },
      switched: findSwitched(operations),
      // Texts are shown only as far as the loaded configuration tells which are secrets.
      connections: (file?.loaded?.connections ?? []).map(({ id, kind }) => ({
        id,
        kind,
        policy: textOf(id, 'policy') ?? '{}',
        oidc: textOf(id, 'oidc'),
        me: textOf(id, 'me'),
        recovery: textOf(id, 'recovery'),
        provider: textOf(id, 'provider'),
      })),
      server: textOf('', 'server') ?? '{}',
    },
    draft: draft === null || file === null ? null : await describeDraft(dropUnchanged(draft, file), file, operations),
    versions: versions.map((version) => ({ ...version, isActive: version === newest })),
  };
}

/** Finds the connections whose mode was switched manually to another one than that of the file. */
const findSwitched = ({ setup, modes }: OperationsContext): string[] =>
  setup().connections.flatMap(({ id, policy }) => {
    const switched = modes().get(id);
    return switched === undefined || isInMode(policy, switched.mode) ? [] : [id];
  });

async function describeDraft(draft: Draft, file: OpenFile, operations: OperationsContext) {
  const { revision, by, at, sections } = draft;
  const { next, problems, warnings } = await checkDraft(file, draft, operations);
  return {
    revision,
    by,
    at,
    isOutdated: sections.some((each) => isOutdated(file.text, each)),
    sections: sections.map((each) => ({
      connection: each.connection,
      section: each.section,
      text: toText(maskSealed(each.value)) ?? '{}',
      isOutdated: isOutdated(file.text, each),
    })),
    changes: sections.flatMap((each) =>
      changesOf(file, each).map(({ path, before, after }) => ({
        path: [...toPrefix(file.text, each), ...path].join('.'),
        before: before === undefined ? null : JSON.stringify(before),
        after: after === undefined ? null : JSON.stringify(after),
      })),
    ),
    problems,
    warnings: [...warnings, ...(await findWarnings(draft, next?.setup ?? null, operations))],
  };
}

/** @throws `draft_changed` if there is no draft of that revision */
async function requireDraft(revision: number, operations: OperationsContext): Promise<Draft> {
  const draft = await readDraft(operations);
  if (draft?.revision !== revision) throw new FaceError('draft_changed');
  return draft;
}

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
  const detail = { section: nameSection(place), by };
  await operations.audit.append({ action: 'configuration_draft_saved', connection: '', subject: '', detail });
  return describeConfiguration(operations);
}

/**
 * Finds the hook secrets of a connection that are in force, by the settings of the former ones.
 * @throws `connection_unknown`
 */
async function findFormerSecrets({ connection: id, section }: Place, operations: OperationsContext) {
  if (section !== 'secrets') return new Map<string, Credential | null>();
  const { connection, provisioning } = await openConnection(id, operations);
  const { config } = operations.setup();
  const settings = config.connections.find((each) => each.id === connection.id);
  return new Map(
    (provisioning.secrets ?? []).map(({ setting, previousSetting }) => {
      const secret = setting.split('.').reduce<unknown>(childOf, settings);
      return [previousSetting, secret instanceof Credential ? secret : null] as const;
    }),
  );
}

/**
 * Replaces a section in the draft, or begins a draft.
 * @throws `draft_secret` if it has a secret as text; `draft_changed`, `connection_unknown`, `configuration_read_only`
 */
export async function changeInDraft(
  stated: SavedChange & { readonly section: Exclude<SectionName, 'connection'> },
  operations: OperationsContext,
) {
  const { connection, section, by } = stated;
  if (section === 'server') checkServerSettings(stated.value);
  const { text, loaded } = await openFile(operations);
  const formers = await findFormerSecrets(stated, operations);
  const former = Object.entries(Object(stated.value)).filter(([setting]) => formers.has(setting));
  // An owner with a copy of the file could otherwise state what another owner sealed, and a former secret must end.
  if (listSealed(stated.value).length > 0 || former.some(([, value]) => Object(value).seal !== undefined))
    throw new FaceError('draft_secret');
  const findFormer = (setting: string) => formers.get(setting) ?? null;
  const sealing = { ...operations, by, place: toPlace(text, stated), findFormer };
  const change = { ...stated, value: await sealStated(stated.value, sealing) };
  const others = (await readDraft(operations))?.sections ?? [];
  const drafted = others.find((each) => each.connection === connection && each.section === section);
  const shown = drafted === undefined ? maskedSectionOf(text, loaded, change) : maskSealed(drafted.value);
  if (section === 'secrets') {
    // Only a former secret can be removed, which ends a rotation.
    const areSecrets = Object.entries(Object(change.value)).every(
      ([setting, each]) => isSealed(jsonGuard.parse(each)) || (each === null && formers.has(setting)),
    );
    if (!areSecrets) throw new FaceError('draft_secret');
    requireSecretSettings(change, { text, loaded });
  } else {
    const [problem] = findSecretProblems(section, change.value, { former: shown });
    if (problem !== undefined)
      throw new FaceError('draft_secret', { reason: [problem.path, problem.reason].filter(Boolean).join(': ') });
  }
  const value = toDraftedValue(section, change.value, drafted?.value);
  const sections = [...others.filter((each) => each !== drafted), { connection, section, value }];
  const prefixes = sections.map((each) => toPrefix(text, each).join('.'));
  const [apart] = sections.flatMap((each) => (each.section === 'secrets' ? findSecretsOfSections(each, prefixes) : []));
  if (apart !== undefined) throw new FaceError('draft_secret', { reason: `${apart.path}: ${apart.reason}` });
  restoreSecrets(value, readSection(text, connection, section));
  return saveInDraft({ ...change, value }, text, operations);
}

/** @throws `draft_secret` for a setting that is no secret, or that cannot be named because it is in a list */
function requireSecretSettings(
  place: Place & { readonly value: Json },
  { text, loaded }: Pick<OpenFile, 'text' | 'loaded'>,
): void {
  const active = loaded === null ? undefined : loadedSectionOf(loaded, place);
  const isOther = (setting: string): boolean => {
    const found = setting.split('.').reduce<unknown>(childOf, active);
    return found !== undefined && found !== null && !(found instanceof Credential);
  };
  const other = Object.keys(Object(place.value)).find(isOther);
  if (other !== undefined) throw new FaceError('draft_secret', { reason: `${other} is no secret` });
  writeSection(text, place.connection, 'secrets', place.value);
}

/** Returns a section of the draft after a change: new secrets are added to those that it states. */
function toDraftedValue(section: SectionName, value: Json, drafted: Json | undefined): Json {
  if (drafted === undefined) return value;
  return section === 'secrets' ? jsonGuard.parse(Object.assign({}, drafted, value)) : restoreSecrets(value, drafted);
}

/**
 * Adds a connection to the draft.
 * @throws `not_found` for an unknown kind; `name_taken`, also for an id of an earlier version; `draft_changed`
 */
export async function addToDraft(
  {
    kind,
    values,
    secrets,
    ...change
  }: Pick<SavedChange, 'connection' | 'revision' | 'by'> & {
    readonly kind: string;
    readonly values: Readonly<Record<string, string>>;
    readonly secrets: Readonly<Record<string, string>>;
  },
  operations: OperationsContext,
) {
  const { connection } = change;
  const guide = operations.guides.find((each) => each.kind === kind);
  if (guide === undefined) throw new FaceError('not_found');
  const named = toNewConnection(guide, { id: connection, kind, values, secrets });
  const { text } = await openFile(operations);
  const place = toPlace(text, { connection, section: 'connection' });
  const value = await sealStated(named, { ...operations, by: change.by, place, findFormer: () => null });
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
  const { setup } = await loadDraft(revision, operations);
  const connection = setup.connections.find((each) => each.id === id);
  if (connection === undefined) throw new FaceError('connection_unknown');
  const { checks } = await collectChecks({ setup, connection, switched: null }, operations);
  // This server has no hooks of a new connection before its activation. Secrets of hooks are sent to its own address.
  const active = operations.setup();
  const isThere =
    active.connections.some((each) => each.id === id) && setup.config.publicUrl === active.config.publicUrl;
  const possible = isThere ? checks : leaveOut(hooksAnswer, checks);
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
  const { text, setup, file, draft } = await loadDraft(revision, operations);
  if (draft.sections.some((each) => isOutdated(file.text, each))) throw new FaceError('draft_outdated');
  if (!isSure) await checkSomeoneCanPass(setup, operations);
  const changed = draft.sections.map(nameSection);
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
  const { config } = await file.load(text);
  const before = file.loaded?.config ?? { connections: [] };
  return compareFiles({ text: file.text, config: before }, { text, config });
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
