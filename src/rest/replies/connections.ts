import { z } from 'zod';
import { instantReply } from './instant.js';

export const mode = z.enum(['shadow', 'enforce']);

const modeReply = z.object({
  inForce: mode,
  file: mode.describe('What the configuration file says.'),
  switched: z
    .object({ by: z.string(), at: instantReply })
    .nullable()
    .describe('Who switched it by hand, over what the file says; `null`: nobody.'),
});
export type ModeReply = z.output<typeof modeReply>;

export const switchedModeReply = z.object({ mode: modeReply });

const unverified = z.enum(['deny', 'omit_claim']);

export const connectionsReply = z.object({
  connections: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      mode: modeReply,
      policy: z.object({
        accuracy: z.int(),
        scope: z.string(),
        liveness: z.enum(['off', 'passive', 'movement', 'challenge', 'light']),
        userSecret: z.enum(['none', 'pin', 'passkey']),
        whenNotEnrolled: z.enum(['refuse', 'enrol']),
        whenUnverified: unverified,
        whenUnavailable: unverified,
        freshnessSec: z.int(),
        enrolmentDays: z.int().nullable(),
      }),
    }),
  ),
});
export type ConnectionsReply = z.output<typeof connectionsReply>;

export const refusedReply = z.object({
  subjects: z.array(
    z.object({ subject: z.string(), count: z.int(), lastAt: instantReply, hooks: z.array(z.string()) }),
  ),
  cursor: z.string().nullable().describe('For the next page; `null`: there is none.'),
  total: z.int().describe('How many users on all pages.'),
  unnamed: z
    .array(z.object({ code: z.string(), count: z.int() }))
    .describe('Calls that could not be decided and would have been refused: about nobody in particular.'),
  since: instantReply,
});
export type RefusedReply = z.output<typeof refusedReply>;

export const connectionSecretsReply = z.object({
  secrets: z.array(
    z.object({
      setting: z.string(),
      previousSetting: z.string(),
      isPreviousTaken: z.boolean(),
      words: z.array(z.string()),
    }),
  ),
});
export type ConnectionSecretsReply = z.output<typeof connectionSecretsReply>;

const stepState = z.enum(['ready', 'missing', 'different', 'blocked', 'manual', 'failed']);

const words = z.array(z.string()).describe('Why it cannot continue, or what a person has to do.');

export const planReply = z.object({
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      state: stepState,
      diff: z
        .array(z.object({ sign: z.enum(['+', '~']), text: z.string() }))
        .describe('What applying does: `+` makes what is missing, `~` changes what is different.'),
      words,
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
    .describe('`null`: the provider does not tell.'),
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
      '`stopped`: a step is not done, the rest is left. `broken_off`: its server ended meanwhile; another run goes on from there.',
    ),
  pushSecrets: z.boolean(),
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      progress: z.enum(['left', 'under_way', 'done', 'failed']),
      applied: z.boolean().describe('Whether it changed something.'),
      state: stepState.nullable().describe('How it stood after its turn.'),
      words,
    }),
  ),
});

export const begunRunReply = z.object({ run: runReply });
export type BegunRunReply = z.output<typeof begunRunReply>;

export const lastRunReply = z.object({ run: runReply.nullable() });
export type LastRunReply = z.output<typeof lastRunReply>;
