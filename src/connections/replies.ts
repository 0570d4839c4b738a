import { z } from 'zod';
import { instantReply } from '../core/instant.js';
import { livenessLevels } from '../core/liveness-policy.js';
import { unverifiedPolicies } from '../core/rules/rule.js';

export const mode = z.enum(['shadow', 'enforce']);

const modeAtProviderReply = z.object({
  place: z.enum(['functions', 'provider']),
  mode: z
    .enum(['shadow', 'enforce', 'mixed'])
    .nullable()
    .describe('`shadow` or `enforce` only if every part has it. `null` if unknown.'),
  parts: z.array(
    z.object({ name: z.string(), mode: mode.nullable().describe('`null` if it has none, or an invalid one.') }),
  ),
  passwordless: z
    .object({
      active: z
        .union([z.boolean(), z.literal('mixed')])
        .describe('True if every part accepts sign-ins without a password, `mixed` if only some do.'),
      expected: z.boolean().describe('True if they are configured and the mode at the provider allows them.'),
    })
    .nullable()
    .describe('Sign-ins without a password. `null` if unknown.'),
  reason: z.string().nullable().describe('Reason why the mode is unknown.'),
  readAt: instantReply.describe('Time of the reading: at most 60 seconds ago.'),
  decisions: z
    .object({
      until: instantReply.nullable().describe('All decisions until then are in the audit trail. `null` if none are.'),
      reason: z.string().nullable().describe('Reason why later decisions cannot be read.'),
    })
    .nullable()
    .describe('Decisions that the functions logged. `null` if this server has not read them.'),
});

const hookCallsReply = z.object({
  hooks: z.array(
    z.object({
      hook: z.string(),
      decides: z
        .boolean()
        .describe('True if the hook can refuse users. False if it ends the enrolments of deactivated users.'),
      state: z
        .enum(['called', 'partly', 'not_called', 'unknown'])
        .describe('A hook that is not called refuses no one. `partly`: it is called only for some users or events.'),
      reason: z
        .string()
        .nullable()
        .describe('Reason why it is not called, is called only in part, or is unknown. `null` if it is called.'),
      where: z.array(z.string()).describe('Rules, applications or users for which it is called, if limited.'),
    }),
  ),
  readAt: instantReply.describe('Time of the reading: at most 60 seconds ago.'),
});

const rulesInForceReply = z.object({
  refusing: z.array(z.string()).describe('Names of the rules in enforce mode that refuse sign-ins.'),
  allowing: z.array(z.string()).describe('Names of the rules in enforce mode that allow sign-ins without a check.'),
});

const ownModeReply = z.object({
  inForce: mode.describe('Mode of this server. Sign-ins may not follow it: see `GET /connections/{id}/mode`.'),
  file: mode.describe('Mode in the configuration file.'),
  rules: rulesInForceReply,
  switched: z
    .object({
      by: z.string(),
      at: instantReply,
      fileRules: rulesInForceReply.describe('Rules of the file, which decide again when the switch ends.'),
    })
    .nullable()
    .describe(
      'Manual switch of the mode, which overrides the file: the administrator and the time. `null` if there is none.',
    ),
});

const modeReply = ownModeReply.extend({
  atProvider: modeAtProviderReply
    .nullable()
    .describe(
      'Mode that is active at the provider, if code that runs there decides sign-ins, such as functions of Amazon Cognito. `null` if this server decides them.',
    ),
  hookCalls: hookCallsReply
    .nullable()
    .describe('Hooks of this connection, and whether the provider calls them. `null` if it calls none of this server.'),
});
export type ModeReply = z.output<typeof modeReply>;

export const connectionModeReply = z.object({ mode: modeReply });
export type ConnectionModeReply = z.output<typeof connectionModeReply>;

export const connectionsReply = z.object({
  connections: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      mode: ownModeReply,
      recovery: z.enum(['off', 'evaluation', 'on']).describe('Account recovery.'),
      ownPage: z.string().nullable().describe('Address of the page where its users see their data; `null` if off.'),
      policy: z.object({
        accuracy: z.int(),
        liveness: z.enum([...livenessLevels, 'vendor']),
        /** `null` if `liveness` is not `vendor`. */
        livenessVendor: z
          .object({ vendor: z.string(), confidence: z.number(), fallback: z.enum(['movement', 'none']) })
          .nullable(),
        userSecret: z.enum(['none', 'pin', 'passkey']),
        referencePhoto: z.boolean(),
        whenUnverified: z.enum(unverifiedPolicies),
        anotherWay: z.object({ email: z.boolean(), sms: z.boolean(), recoveryCodes: z.boolean(), counts: z.boolean() }),
        replacedBy: z
          .enum(['link', 'photo', 'face'])
          .describe(
            'What an invitation needs to replace the face of an enrolled person: nothing more, also a match with the organization’s photo, or the previous face on the own page.',
          ),
        bypass: z
          .object({ minutes: z.int(), approvals: z.int() })
          .nullable()
          .describe('Bypass codes: lifetime, and administrators who must agree. `null` if not allowed.'),
        settings: z
          .array(
            z.object({ setting: z.string(), value: z.string().describe('As in the configuration file, in JSON.') }),
          )
          .describe(
            'All settings of the policy, by name, except rules. The address of the photo is cut after its host.',
          ),
      }),
    }),
  ),
});
export type ConnectionsReply = z.output<typeof connectionsReply>;

export const refusedReply = z.object({
  subjects: z.array(
    z.object({
      subject: z.string(),
      lastAt: instantReply,
      hook: z.string().describe('Hook of the last decision.'),
      isDenied: z.boolean().describe('True if it was denied; false if it was allowed because of shadow mode.'),
      isEnrolled: z.boolean().describe('False: an invitation helps. True: the person signed in without a face check.'),
    }),
  ),
  cursor: z.string().nullable().describe('Cursor of the next page; `null` if this is the last.'),
  total: z.int().describe('Number of users on all pages.'),
  denied: z.int().describe('Number of them whose last sign-in was denied, by a rule or by the mode of then.'),
  users: z.int().describe('Number of users who signed in during that time.'),
  notEnrolled: z.int().describe('Number of them who are not enrolled.'),
  days: z
    .array(z.object({ day: z.string(), users: z.int(), refused: z.int() }))
    .describe(
      'Users of whom the hooks decided, and users who were denied or would have been, by day in UTC, oldest first.',
    ),
  unnamed: z
    .array(z.object({ code: z.string(), count: z.int() }))
    .describe(
      'Number of calls that could not be decided and would have been refused; they belong to no particular user.',
    ),
  since: instantReply.describe('Start of the first day that is counted.'),
  decisions: z
    .int()
    .describe('Number of decisions of all replicas since then. If 0, it is unknown who would be denied.'),
  replicasCounting: z
    .int()
    .describe('Replicas whose decisions before this version are still being counted. Until then, numbers are too low.'),
});
export type RefusedReply = z.output<typeof refusedReply>;

const secretAge = z.object({
  since: instantReply.describe('Time when a server first had it.'),
  usedAt: instantReply.nullable().describe('Last authentic call with it. `null` if there was none.'),
});

const secretReference = z
  .union([
    z.object({ env: z.string() }),
    z.object({ file: z.string() }),
    z.object({ sealed: z.object({ by: z.string(), at: z.string(), until: z.string().nullable() }) }),
  ])
  .nullable()
  .describe(
    'Variable or file that the configuration file names for the secret, or who stated it in the console, and until when it is accepted. `null`: it is text in the file.',
  );

export const connectionSecretsReply = z.object({
  secrets: z.array(
    z.object({
      setting: z.string(),
      previousSetting: z.string(),
      isPreviousTaken: z.boolean(),
      reference: secretReference,
      previousReference: secretReference,
      isPushed: z
        .boolean()
        .describe('True if applying sends the secret to the provider; otherwise you deploy the functions that use it.'),
      current: secretAge,
      previous: secretAge.nullable().describe('`null` if there is none.'),
    }),
  ),
  others: z
    .array(z.object({ setting: z.string(), reference: secretReference }))
    .describe('Secrets that have no former one, such as the credential for the API of the provider.'),
});
export type ConnectionSecretsReply = z.output<typeof connectionSecretsReply>;

const stepState = z.enum(['ready', 'missing', 'different', 'blocked', 'manual', 'failed']);

const words = z.array(z.string()).describe('Reason why it cannot continue, or the action that a person has to take.');

export const planReply = z.object({
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      state: stepState,
      diff: z
        .array(z.object({ sign: z.enum(['+', '~']), text: z.string() }))
        .describe('Changes that applying makes: `+` creates something missing, `~` changes something different.'),
      words,
      byHand: z
        .array(z.string())
        .describe('How to do the step in the provider’s console, whatever its state. Secrets are named, not shown.'),
    }),
  ),
  census: z
    .object({
      users: z.int(),
      enrolled: z.int(),
      isComplete: z.boolean(),
      found: z.string(),
      remedy: z.string().nullable(),
    })
    .nullable()
    .describe('`null` if the provider does not report it.'),
});
export type PlanReply = z.output<typeof planReply>;

const runReply = z.object({
  id: z.string(),
  by: z.string(),
  startedAt: instantReply,
  endedAt: instantReply.nullable(),
  state: z
    .enum(['under_way', 'done', 'stopped', 'broken_off'])
    .describe(
      '`stopped`: a step failed, and the following steps were not run. `broken_off`: the server of the run ended; another run continues from there.',
    ),
  pushSecrets: z.boolean(),
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      progress: z.enum(['left', 'under_way', 'done', 'failed']),
      applied: z.boolean().describe('True if it changed something.'),
      state: stepState.nullable().describe('State of the step after it ran.'),
      words,
    }),
  ),
});

export const begunRunReply = z.object({ run: runReply });
export type BegunRunReply = z.output<typeof begunRunReply>;

export const lastRunReply = z.object({ run: runReply.nullable() });
export type LastRunReply = z.output<typeof lastRunReply>;
