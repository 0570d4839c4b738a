import { z } from 'zod';
import { guide } from '../connections/guide.js';
import { instantReply } from '../core/instant.js';
import { policyModes, ruleOutcomes } from '../core/rules/rule.js';
import type { Json } from '../errors.js';

/**
 * `provider`: values of the identity provider, which the file has under the name of the connection's kind. `server`:
 * settings of no connection. Its connection is the empty text.
 */
export const editableSections = ['policy', 'oidc', 'me', 'recovery', 'provider', 'server'] as const;
export type EditableSection = (typeof editableSections)[number];
/** `connection`: a new connection. `secrets`: sealed secrets of a connection, by their dotted paths. */
export const sectionNames = [...editableSections, 'secrets', 'connection'] as const;
export type SectionName = (typeof sectionNames)[number];

const problem = z.object({ path: z.string(), reason: z.string() });

const changes = z.array(
  z.object({
    path: z.string(),
    before: z.string().nullable().describe('JSON; `null` if the file has no such setting.'),
    after: z.string().nullable().describe('JSON; `null` if the setting is removed.'),
  }),
);

export const restartReply = z.object({ activates: z.array(z.string()) });

export const comparedReply = z.object({ changes });
export type ComparedReply = z.output<typeof comparedReply>;

/** Texts of the sections of a connection, as JSON. A secret in the file is shown as `{"unchanged": true}`. */
const sectionTexts = z.object({
  policy: z.string(),
  oidc: z.string().nullable().describe('`null` if the connection has no OpenID clients.'),
  me: z.string().nullable().describe('`null` if the connection has no own pages.'),
  recovery: z.string().nullable().describe('`null` if the file has no such settings: recovery is off.'),
  provider: z.string().nullable().describe('`null` for test people.'),
});

export const draftReply = z.object({
  file: z.object({
    digest: z.string(),
    exists: z.boolean().describe('Whether this server was started with a configuration file.'),
    path: z.string().nullable().describe('Path of the file on this server.'),
    needingRestart: z.array(z.string()).describe('Settings of the file that this server activates at its next start.'),
    isWritable: z
      .boolean()
      .describe(
        'False if `configurationFolder` is not set, or if the server may not write there. Changes are then copied by hand.',
      ),
    notLoaded: z
      .object({ reason: z.string(), problems: z.array(problem) })
      .nullable()
      .describe('Why this server could not load the file and serves its last valid version. `null` if it is active.'),
    switched: z.array(z.string()).describe('Connections whose mode was switched manually, which overrides the file.'),
    connections: z.array(sectionTexts.extend({ id: z.string(), kind: z.string() })),
    server: z.string().describe('Settings of no connection that can be changed, as JSON.'),
  }),
  draft: z
    .object({
      revision: z.int(),
      by: z.string(),
      at: instantReply,
      isOutdated: z.boolean().describe('True if a section is outdated.'),
      sections: z
        .array(
          z.object({
            connection: z.string(),
            section: z.enum(sectionNames),
            text: z.string(),
            isOutdated: z.boolean().describe('Changed in the file after it was saved here. To keep it, save it again.'),
          }),
        )
        .describe('Without the sections that equal the file.'),
      changes,
      problems: z.array(problem).describe('Reasons why the draft cannot be applied.'),
      warnings: z.array(z.string()),
    })
    .nullable(),
  versions: z
    .array(z.object({ number: z.int(), at: instantReply, by: z.string(), reason: z.string(), isActive: z.boolean() }))
    .describe('Versions of the file that a server wrote, newest first.'),
});
export type DraftReply = z.output<typeof draftReply>;

type PlainKeyword =
  | ('type' | 'description' | 'const' | 'enum' | 'required')
  | ('minimum' | 'maximum' | 'maxLength' | 'writeOnly');

/** JSON Schema of a setting, as `toSettingsSchema` makes it. */
export interface SettingSchema extends Pick<z.core.JSONSchema.JSONSchema, PlainKeyword> {
  readonly default?: Json;
  readonly anyOf?: readonly SettingSchema[];
  readonly oneOf?: readonly SettingSchema[];
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  readonly items?: SettingSchema;
  readonly additionalProperties?: SettingSchema | false;
  readonly secretPrefix?: string;
  readonly directory?: 'groups';
}

export const schemaReply = z.object({
  sections: z
    .partialRecord(z.enum(editableSections), z.string())
    .describe(
      'JSON Schemas by section, as JSON. `writeOnly` marks a secret, `secretPrefix` one that may be random bytes in base64 after this text, and `directory` a name at the provider.',
    ),
});
export type SchemaReply = z.output<typeof schemaReply>;

export const groupsReply = z.object({ groups: z.array(z.object({ id: z.string(), name: z.string() })) });
export type GroupsReply = z.output<typeof groupsReply>;

const finding = z.object({
  title: z.string(),
  verdict: z.enum(['pass', 'warn', 'fail', 'manual', 'skipped']),
  found: z.string(),
  remedy: z.string().nullable(),
});

export const draftCheckReply = z.object({ findings: z.array(finding) });
export type DraftCheckReply = z.output<typeof draftCheckReply>;

export const draftEffectReply = z.object({
  rules: z.array(
    z.object({
      name: z.string(),
      outcome: z.enum(ruleOutcomes),
      mode: z.enum(policyModes),
      signIns: z.int().describe('Sign-ins that the rule would have decided in enforce mode.'),
      refused: z.int(),
      peopleRefused: z.int(),
      unknown: z.int().describe('Sign-ins for which a condition of the rule is not known.'),
    }),
  ),
  since: instantReply,
  signIns: z.int().describe('Sign-ins that hooks decided since then.'),
  people: z.int(),
  peopleRead: z
    .int()
    .nullable()
    .describe('Users whose groups were read at the provider, of up to 300. `null` if no rule has groups.'),
});
export type DraftEffectReply = z.output<typeof draftEffectReply>;

export const guidesReply = z.object({ guides: z.array(guide.extend({ kind: z.string() })) });
export type GuidesReply = z.output<typeof guidesReply>;
