import { z } from 'zod';
import { collectChecks, runChecks } from '../admin/operations/doctor.js';
import { problemsOf } from '../config/problem.js';
import { findRuleCallers } from '../connections/rule-callers.js';
import type { Setup } from '../connections/setup.js';
import type { Json } from '../core/base/json.js';
import { releaseLease, takeLease } from '../core/lease.js';
import { checkRules, describeRuleWarning } from '../core/rules/check-rules.js';
import { toIso } from '../core/units.js';
import { FaceError, refusals } from '../errors.js';
import type { ApiPorts } from '../http/rest/deps.js';
import { adminEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import { type Draft, discardDraft, readDraft, saveSection } from './draft.js';
import { digestOfText, listVersions, readVersion, writeVersion } from './file-versions.js';
import { draftCheckReply, draftReply } from './replies.js';
import {
  findChanges,
  findSecretProblems,
  maskSecrets,
  parseSection,
  readSection,
  restoreSecrets,
  sectionNames,
  writeSection,
} from './sections.js';

type Operations = ApiPorts<'operations'>['operations'];

const toText = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value, null, 2);

type Section = Draft['sections'][number];
type Place = Pick<Section, 'connection' | 'section'>;

/** Finds what the loaded configuration has in a section, in which secrets have their own types. */
const loadedSectionOf = (setup: Setup, { connection, section }: Place): unknown =>
  setup.connections.find(({ id }) => id === connection)?.[section];

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

const baseOf = (file: string, place: Place): string =>
  digestOfText(JSON.stringify(readSectionIfThere(file, place) ?? null));

const isOutdated = (file: string, { sections }: Draft): boolean =>
  sections.some((each) => each.base !== baseOf(file, each));

function requireFile({ configurationFile }: Operations): NonNullable<Operations['configurationFile']> {
  if (configurationFile === null) throw new FaceError('configuration_read_only');
  return configurationFile;
}

/** Returns the file with the sections of the draft. @throws `config_invalid`, `connection_unknown` */
const toFileText = (file: string, { sections }: Draft): string =>
  sections.reduce((text, { connection, section, value }) => {
    const former = readSection(text, connection, section);
    return writeSection(text, connection, section, restoreSecrets(value, former));
  }, file);

interface Checked {
  readonly text: string | null;
  readonly setup: Setup | null;
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
}

/** Loads the file with the draft, without activating it. What a draft may not refer to is not read. */
async function checkDraft(file: string, draft: Draft, operations: Operations): Promise<Checked> {
  const { load } = requireFile(operations);
  const active = await load(file).catch(() => null);
  const find = (loadedIn: Setup | null) =>
    draft.sections.flatMap((each) => {
      const loaded = loadedIn === null ? undefined : loadedSectionOf(loadedIn, each);
      const found = findSecretProblems(each.section, each.value, {
        former: maskedSectionOf(file, active, each),
        loaded,
      });
      return found.map(({ path, reason }) => ({ path: `${each.connection}.${each.section}.${path}`, reason }));
    });
  const before = find(null);
  if (before.length > 0) return { text: null, setup: null, problems: before };
  try {
    const text = toFileText(file, draft);
    const setup = await load(text);
    return { text, setup, problems: find(setup) };
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    const problems = problemsOf(error);
    const unknown = { path: 'connections', reason: refusals[error.code].text };
    return { text: null, setup: null, problems: problems.length === 0 ? [unknown] : problems };
  }
}

async function findWarnings({ sections }: Draft, setup: Setup | null, operations: Operations): Promise<string[]> {
  const ids = new Set(sections.map(({ connection }) => connection));
  const changed = (setup?.connections ?? []).filter(({ id, policy }) => ids.has(id) && policy.rules.length > 0);
  const found = changed.map(async ({ id, policy, oidc, createAdapter }) => {
    const adapter = await createAdapter(operations.setup().config.publicUrl ?? '');
    return checkRules(policy, findRuleCallers(adapter, oidc, null)).map(
      (each) => `${id}: ${describeRuleWarning(each)}`,
    );
  });
  return (await Promise.all(found)).flat();
}

async function describe(operations: Operations) {
  const { configurationFile, setup: active } = operations;
  const file = configurationFile === null ? '{}' : await configurationFile.read();
  const folder = active().config.configurationFolder;
  const digest = digestOfText(file);
  // Texts are shown only as far as the loaded configuration tells which are secrets.
  const loaded = configurationFile === null ? null : await configurationFile.load(file).catch(() => null);
  const masked = (place: Place): Json | undefined => maskedSectionOf(file, loaded, place);
  const draft = await readDraft(operations);
  const checked = draft === null ? null : await checkDraft(file, draft, operations);
  return {
    file: {
      digest,
      isWritable: configurationFile !== null && folder !== null,
      notLoaded: toNotLoaded(operations),
      connections: (loaded?.connections ?? []).map(({ id, kind }) => ({
        id,
        kind,
        policy: toText(masked({ connection: id, section: 'policy' })) ?? '{}',
        oidc: toText(masked({ connection: id, section: 'oidc' })),
      })),
    },
    draft:
      draft === null || checked === null
        ? null
        : {
            revision: draft.revision,
            by: draft.by,
            at: toIso(draft.at),
            isOutdated: isOutdated(file, draft),
            sections: draft.sections.map(({ connection, section, value }) => ({
              connection,
              section,
              text: toText(value) ?? '{}',
            })),
            changes: draft.sections.flatMap(({ connection, section, value }) =>
              findChanges(masked({ connection, section }), value).map(({ path, before, after }) => ({
                path: [connection, section, ...path].join('.'),
                before: before === undefined ? null : JSON.stringify(before),
                after: after === undefined ? null : JSON.stringify(after),
              })),
            ),
            problems: checked.problems.map((each) => ({ ...each })),
            warnings: await findWarnings(draft, checked.setup, operations),
          },
    versions: (folder === null ? [] : await listVersions(folder)).map(({ digest: own, ...version }) => ({
      ...version,
      isActive: own === digest,
    })),
  };
}

function toNotLoaded({ notLoaded }: Operations) {
  const problems = notLoaded();
  return problems === null ? null : { problems: problems.map((each) => ({ ...each })) };
}

const writing = { key: 'configuration-writing', lifeSec: 30 };

/** Writes a new version of the file, and activates it on this server. The others follow within seconds. */
async function activate(
  { text, former }: { readonly text: string; readonly former: string },
  { by, reason, changed }: { readonly by: string; readonly reason: string; readonly changed: readonly string[] },
  { operations, reload }: ApiPorts<'operations' | 'reload'>,
): Promise<void> {
  const { path } = requireFile(operations);
  const folder = operations.setup().config.configurationFolder;
  if (folder === null) throw new FaceError('configuration_read_only');
  const detail = { digest: digestOfText(text), former: digestOfText(former), changed: [...changed], reason, by };
  const holder = Buffer.from(operations.random(16)).toString('base64url');
  // Of two owners who activate at the same time, one has to look again.
  if (!(await takeLease(writing, holder, operations))) throw new FaceError('draft_changed');
  try {
    await operations.audit.append({ action: 'configuration_written', connection: '', subject: '', detail });
    await writeVersion(
      { path, folder, former, text },
      { at: toIso(operations.clock.now()), by, reason },
      operations.random,
    );
  } finally {
    await releaseLease(writing, holder, operations);
  }
  const { code, problems } = await reload(by);
  if (code !== null) throw new FaceError(code, { problems: problems.map((each) => ({ ...each })) });
}

const reasonField = z.string().min(3).max(500).describe('Why, for the audit trail and the list of versions.');
const revisionField = z.int().min(1).describe('Revision of the draft that you saw.');

/** Creates the endpoints of the draft of the configuration file, and of its versions. */
export function createDraftEndpoints(deps: ApiPorts<'operations' | 'reload'>): Endpoint[] {
  const { operations } = deps;
  const common = {
    method: 'POST',
    versions: [1, 2],
    tag: 'Administrators',
    status: 200,
    isExtension: true,
    photos: {},
    right: 'configure',
  } as const;
  const sectionField = z.enum(sectionNames);
  const requireDraft = async (revision: number): Promise<Draft> => {
    const draft = await readDraft(operations);
    if (draft?.revision !== revision) throw new FaceError('draft_changed');
    return draft;
  };
  return [
    adminEndpoint({
      ...common,
      path: '/configuration/draft/read',
      summary: 'Read the draft of the configuration',
      description:
        'Returns the policies and OpenID settings of the configuration file, the draft with its changes and problems, and earlier versions. Secrets are never returned.',
      codes: ['config_invalid'],
      fields: z.strictObject({}),
      reply: draftReply,
      handle: () => describe(operations),
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/save',
      isSensitive: true,
      summary: 'Change the draft of the configuration',
      description:
        'Replaces one section in the draft, or begins a draft. Nothing becomes active. Write secrets as {"env": "NAME"} or {"file": "/path"}; {"unchanged": true} keeps a secret of the file. The reply lists changes, problems and warnings.',
      codes: ['draft_changed', 'draft_secret', 'connection_unknown', 'config_invalid', 'configuration_read_only'],
      fields: z.strictObject({
        revision: revisionField.optional().describe('Revision of the draft that you saw; absent if there was none.'),
        connection: z.string().min(1).max(64),
        section: sectionField,
        settings: z.string().min(2).max(100_000).describe('The section as a JSON object.'),
      }),
      form: { revision: 'json' },
      reply: draftReply,
      async handle({ fields: { revision = null, connection, section, settings }, administrator }) {
        const value = parseSection(settings);
        const file = await requireFile(operations).read();
        restoreSecrets(value, readSection(file, connection, section));
        const place = { connection, section };
        const active = await requireFile(operations)
          .load(file)
          .catch(() => null);
        const former = maskedSectionOf(file, active, place);
        if (findSecretProblems(section, value, { former }).length > 0) throw new FaceError('draft_secret');
        const by = administrator.name;
        await saveSection({ section: { ...place, value, base: baseOf(file, place) }, revision }, by, operations);
        const detail = { section: `${connection}.${section}`, by };
        await operations.audit.append({ action: 'configuration_draft_saved', connection: '', subject: '', detail });
        return describe(operations);
      },
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/discard',
      summary: 'Discard the draft of the configuration',
      description: 'Deletes the draft.',
      codes: ['draft_changed'],
      fields: z.strictObject({ revision: revisionField }),
      form: { revision: 'json' },
      reply: draftReply,
      async handle({ fields: { revision }, administrator }) {
        await discardDraft(revision, administrator.name, operations);
        return describe(operations);
      },
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/check',
      summary: 'Check the draft of the configuration',
      description:
        'Runs the checks of `facestep doctor` for one connection as the draft configures it. It calls the provider and changes nothing.',
      codes: ['draft_changed', 'connection_unknown', 'config_invalid', 'profile_unavailable'],
      fields: z.strictObject({ revision: revisionField, connection: z.string().min(1).max(64) }),
      form: { revision: 'json' },
      reply: draftCheckReply,
      async handle({ fields: { revision, connection: id } }) {
        const draft = await requireDraft(revision);
        const { setup, problems } = await checkDraft(await requireFile(operations).read(), draft, operations);
        // A draft with problems could send a secret elsewhere.
        if (setup === null || problems.length > 0)
          throw new FaceError('config_invalid', { problems: problems.map((each) => ({ ...each })) });
        const connection = setup.connections.find((each) => each.id === id);
        if (connection === undefined) throw new FaceError('connection_unknown');
        const { checks } = await collectChecks({ setup, connection, switched: null }, operations);
        const findings = [];
        for await (const { title, verdict, found, remedy } of runChecks(checks, operations))
          findings.push({ title, verdict, found, remedy });
        return { findings };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/apply',
      isSensitive: true,
      summary: 'Activate the draft of the configuration',
      description:
        'Writes a new version of the configuration file and activates it here; other servers with the same file follow within 5 seconds. Ten versions are kept. Only with `configurationFolder`.',
      codes: ['draft_changed', 'draft_outdated', 'config_invalid', 'configuration_read_only'],
      fields: z.strictObject({ revision: revisionField, reason: reasonField }),
      form: { revision: 'json' },
      reply: draftReply,
      async handle({ fields: { revision, reason }, administrator }) {
        const draft = await requireDraft(revision);
        const former = await requireFile(operations).read();
        if (isOutdated(former, draft)) throw new FaceError('draft_outdated');
        const { text, problems } = await checkDraft(former, draft, operations);
        if (text === null || problems.length > 0)
          throw new FaceError('config_invalid', { problems: problems.map((each) => ({ ...each })) });
        const changed = draft.sections.map(({ connection, section }) => `${connection}.${section}`);
        await activate({ text, former }, { by: administrator.name, reason, changed }, deps);
        await discardDraft(revision, administrator.name, operations);
        return describe(operations);
      },
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/versions/restore',
      isSensitive: true,
      summary: 'Restore an earlier version of the configuration',
      description: 'Writes the earlier version as a new one, and activates it. Only with `configurationFolder`.',
      codes: ['not_found', 'draft_changed', 'draft_outdated', 'config_invalid', 'configuration_read_only'],
      fields: z.strictObject({
        number: z.int().min(1),
        digest: z.string().max(64).describe('`file.digest` of the file that you saw.'),
        reason: reasonField,
      }),
      form: { number: 'json' },
      reply: draftReply,
      async handle({ fields: { number, digest, reason }, administrator }) {
        const file = requireFile(operations);
        const folder = operations.setup().config.configurationFolder;
        if (folder === null) throw new FaceError('configuration_read_only');
        const text = await readVersion(folder, number);
        await file.load(text);
        const former = await file.read();
        if (digestOfText(former) !== digest) throw new FaceError('draft_outdated');
        await activate({ text, former }, { by: administrator.name, reason, changed: [`version ${number}`] }, deps);
        return describe(operations);
      },
    }),
  ];
}
