import { z } from 'zod';
import type { OperationsContext, ReloadPorts, WithOperations } from '../admin/operations/operations-context.js';
import { connectionIdGuard } from '../config/connection-id.js';
import { adminEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import {
  addToDraft,
  applyDraft,
  changeInDraft,
  checkConnection,
  compareVersion,
  describeConfiguration,
  dropDraft,
  restoreVersion,
} from './change.js';
import {
  comparedReply,
  draftCheckReply,
  draftReply,
  editableSections,
  guidesReply,
  restartReply,
  schemaReply,
} from './replies.js';
import { describeSections } from './schema.js';
import { parseSection } from './sections.js';

const reasonField = z.string().min(3).max(500).describe('Why, for the audit trail and the list of versions.');
export const revisionField = z.int().min(1).describe('Revision of the draft that you saw.');

export const common = {
  tag: 'Administrators',
  right: 'configure',
} as const;

export const reading = { ...common, method: 'GET' } as const;

const createGuidesEndpoint = (operations: OperationsContext): Endpoint =>
  adminEndpoint({
    ...reading,
    path: '/configuration/guides',
    summary: 'List what is needed to connect a provider',
    description:
      'Returns, for each kind of connection, what to create at the provider, and the values and secrets to state.',
    reply: guidesReply,
    handle: async () => ({ guides: operations.guides }),
  });

const createSchemaEndpoint = ({ connectionGuards }: OperationsContext): Endpoint =>
  adminEndpoint({
    ...reading,
    path: '/configuration/schema',
    summary: 'Describe the settings that a draft can change',
    description: 'Returns JSON Schemas of the sections of a draft, with descriptions, defaults and ranges.',
    codes: ['not_found'],
    fields: z.strictObject({
      kind: z.string().max(32).optional().describe('Kind of the connection; absent for the section `server`.'),
    }),
    reply: schemaReply,
    async handle({ fields: { kind } }) {
      const sections = Object.entries(describeSections(kind, connectionGuards));
      return { sections: Object.fromEntries(sections.map(([name, schema]) => [name, JSON.stringify(schema)])) };
    },
  });

/** Creates the endpoints that change the draft of the configuration file. Nothing becomes active. */
export function createDraftEndpoints({ operations }: WithOperations): Endpoint[] {
  return [
    adminEndpoint({
      ...reading,
      path: '/configuration/draft',
      summary: 'Read the draft of the configuration',
      description:
        'Returns the sections of the configuration file that a draft can change, the draft with its changes and problems, and the versions. Secrets are never returned.',
      codes: ['config_invalid'],
      reply: draftReply,
      handle: () => describeConfiguration(operations),
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/save',
      isSensitive: true,
      summary: 'Change the draft of the configuration',
      description:
        'Replaces one section in the draft, or begins a draft. Nothing becomes active. {"seal": "…"} states a secret, which is sealed before it is stored, and {"unchanged": true} keeps one. The section `server` has settings of no connection, and `provider` those under the name of the connection’s kind. `secrets` has secrets of a connection by their dotted paths; {"formerDays": 7} there keeps the former secret accepted for that time, and null ends it. The reply lists changes, problems and warnings. A provider that refuses the credentials of the draft is a problem.',
      codes: ['draft_changed', 'draft_secret', 'connection_unknown', 'config_invalid', 'configuration_read_only'],
      fields: z.strictObject({
        revision: revisionField.optional().describe('Revision of the draft that you saw; absent if there was none.'),
        connection: z.string().max(64).describe('Id of the connection; empty for `server`.'),
        section: z.enum([...editableSections, 'secrets']),
        settings: z.string().min(2).max(100_000).describe('The section as a JSON object.'),
      }),
      reply: draftReply,
      handle: ({ fields: { revision = null, settings, ...place }, administrator: { name: by } }) =>
        changeInDraft({ ...place, value: parseSection(settings), revision, by }, operations),
    }),
    createGuidesEndpoint(operations),
    createSchemaEndpoint(operations),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/connect',
      isSensitive: true,
      summary: 'Add a connection to the draft of the configuration',
      description:
        'Adds a connection in shadow mode, or replaces one that the draft adds. Nothing becomes active. Its secrets are stated with its values each time, so that a changed address never gets a secret that was stated for another one. The file and its kept versions may have no connection with this id.',
      codes: ['not_found', 'name_taken', 'draft_changed', 'config_invalid', 'configuration_read_only'],
      fields: z.strictObject({
        revision: revisionField.optional().describe('Revision of the draft that you saw; absent if there was none.'),
        provider: z.string().max(32).describe('Kind of the connection, such as `okta`.'),
        connection: connectionIdGuard.describe('Id of the new connection. It cannot be changed later.'),
        values: z
          .record(z.string().max(64), z.string().max(4096))
          .describe('Values of the fields that the guide of the kind names, by setting.'),
        secrets: z
          .record(z.string().max(64), z.string().max(16_384))
          .describe('Secrets that the guide names, by setting. They are sealed before they are stored.'),
      }),
      reply: draftReply,
      handle: ({ fields: { revision = null, provider: kind, ...added }, administrator: { name: by } }) =>
        addToDraft({ ...added, kind, revision, by }, operations),
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/discard',
      summary: 'Discard the draft of the configuration',
      description: 'Deletes the draft.',
      codes: ['draft_changed', 'config_invalid'],
      fields: z.strictObject({ revision: revisionField }),
      reply: draftReply,
      handle: ({ fields: { revision }, administrator: { name: by } }) => dropDraft(revision, by, operations),
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/check',
      summary: 'Check the draft of the configuration',
      description:
        'Runs the checks of `facestep doctor` for one connection as the draft configures it. It calls the provider and changes nothing. For a connection that the server does not have yet, the checks of its hooks are left out.',
      codes: [
        'draft_changed',
        'connection_unknown',
        'config_invalid',
        'configuration_read_only',
        'profile_unavailable',
      ],
      fields: z.strictObject({ revision: revisionField, connection: z.string().min(1).max(64) }),
      reply: draftCheckReply,
      handle: async ({ fields: { revision, connection: id } }) => ({
        findings: await checkConnection({ id, revision }, operations),
      }),
    }),
  ];
}

const sureField = z.boolean().prefault(false).describe('Activate even if no user is enrolled, which denies everyone.');

const createRestartEndpoint = (operations: OperationsContext): Endpoint =>
  adminEndpoint({
    ...common,
    path: '/configuration/restart',
    isSensitive: true,
    summary: 'Start this server again',
    description:
      'Ends running requests and starts this server again, which activates the settings of `file.needingRestart`. Other servers go on as they are.',
    codes: ['config_invalid'],
    reply: restartReply,
    async handle({ administrator: { name: by } }) {
      // With a file that cannot be loaded, the server would end.
      const { configurationFile: file } = operations;
      if (file !== null) await file.load(await file.read());
      await operations.audit.append({ action: 'server_restarted', connection: '', subject: '', detail: { by } });
      operations.restart();
      return { activates: operations.needingRestart() };
    },
  });

/** Creates the endpoints that write a new version of the configuration file and activate it. */
export function createVersionEndpoints(deps: ReloadPorts & WithOperations): Endpoint[] {
  const { operations } = deps;
  return [
    createRestartEndpoint(operations),
    adminEndpoint({
      ...common,
      path: '/configuration/draft/apply',
      isSensitive: true,
      summary: 'Activate the draft of the configuration',
      description:
        'Writes a new version of the configuration file and activates it here; other servers with the same file follow within 5 seconds. If it cannot be activated, the file gets its former text back. Ten versions are kept. Only with `configurationFolder`.',
      codes: ['draft_changed', 'draft_outdated', 'config_invalid', 'configuration_read_only', 'nobody_can_pass'],
      fields: z.strictObject({ revision: revisionField, reason: reasonField, isSure: sureField }),
      reply: draftReply,
      handle: ({ fields, administrator: { name: by } }) => applyDraft({ ...fields, by }, deps),
    }),
    adminEndpoint({
      ...reading,
      path: '/configuration/versions/compare',
      summary: 'Compare the configuration with an earlier version',
      description:
        'Lists the settings that restoring the version would change. A text that is or may be a secret is shown as `…`.',
      codes: ['not_found', 'config_invalid', 'configuration_read_only'],
      fields: z.strictObject({ number: z.int().min(1) }),
      reply: comparedReply,
      handle: async ({ fields: { number } }) => ({ changes: await compareVersion(number, operations) }),
    }),
    adminEndpoint({
      ...common,
      path: '/configuration/versions/restore',
      isSensitive: true,
      summary: 'Restore an earlier version of the configuration',
      description: 'Writes the earlier version as a new one, and activates it. Only with `configurationFolder`.',
      codes: [
        'not_found',
        'draft_changed',
        'draft_outdated',
        'config_invalid',
        'configuration_read_only',
        'nobody_can_pass',
      ],
      fields: z.strictObject({
        number: z.int().min(1),
        digest: z.string().max(64).describe('`file.digest` of the file that you saw.'),
        reason: reasonField,
        isSure: sureField,
      }),
      reply: draftReply,
      handle: ({ fields, administrator: { name: by } }) => restoreVersion({ ...fields, by }, deps),
    }),
  ];
}
