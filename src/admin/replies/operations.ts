import { z } from 'zod';
import { tamperKinds } from '../../audit/tamper-kinds.js';
import { instantReply } from '../../core/instant.js';
import { faceErrorCodes } from '../../errors.js';

export const jobsReply = z.object({
  jobs: z.array(
    z.object({
      name: z.string(),
      everySec: z.int(),
      runs: z.int().describe('Number of runs since this server started.'),
      failures: z.int().describe('Number of failed runs.'),
      last: z
        .object({
          endedAt: instantReply,
          tookMs: z.int(),
          code: z.enum(faceErrorCodes).nullable().describe('Error of the run; `null` if it succeeded.'),
        })
        .nullable()
        .describe('The last run; `null` before the first has ended.'),
    }),
  ),
});
export type JobsReply = z.output<typeof jobsReply>;

const problem = z.string().nullable().describe('Problem with the key; `null` if it can be used.');

const turningReply = z.array(
  z.object({
    name: z.string(),
    isSigning: z.boolean(),
    signsFrom: instantReply.nullable(),
    signsUntil: instantReply
      .nullable()
      .describe(
        'Time at which another key replaces it. If keys are not rotated automatically, `null` until an administrator creates the next key.',
      ),
    problem,
  }),
);

const words = z.array(z.string()).describe('Result, or the action that a person has to take.');

export const keysReply = z.object({
  kind: z.enum(['local', 'aws-kms']),
  sealing: z.array(
    z.object({
      version: z.int(),
      isCurrent: z.boolean().describe('True if the key seals new tokens.'),
      madeAt: instantReply.nullable(),
      tokens: z.int().describe('Number of enrolled people whose token it sealed.'),
      problem,
    }),
  ),
  ofUnknownVersion: z.int().describe('Enrolled people whose token has an unknown version.'),
  signing: turningReply,
  oidc: turningReply,
});
export type KeysReply = z.output<typeof keysReply>;

export const rotatedKeyReply = z.object({
  isDone: z.boolean(),
  key: z.string().nullable().describe('Version or name of the new key; `null` if none was created.'),
  signsFrom: instantReply.nullable(),
  words,
});
export type RotatedKeyReply = z.output<typeof rotatedKeyReply>;

export const retiredKeyReply = z.object({
  isDone: z.boolean(),
  lost: z
    .int()
    .nullable()
    .describe('Number of people who must enrol again, with those whose version is unknown; `null` for a signing key.'),
  words,
});
export type RetiredKeyReply = z.output<typeof retiredKeyReply>;

export const verificationReply = z.object({
  state: z.enum(['under_way', 'sound', 'unsound', 'failed', 'broken_off']),
  by: z.string(),
  startedAt: instantReply,
  endedAt: instantReply.nullable(),
  bytesRead: z.int(),
  bytesInAll: z.int(),
  outcome: z
    .object({
      isSound: z.boolean(),
      chain: z.string().nullable().describe('Id of the trail: each replica has its own.'),
      firstSequence: z.int(),
      lastSequence: z.int().describe('Number of the last record before the first problem.'),
      heads: z.int().describe('Number of verified signed heads.'),
      tampering: z
        .object({
          kind: z.enum(tamperKinds),
          file: z.string().nullable(),
          line: z.int().nullable(),
          sequence: z.int(),
        })
        .nullable()
        .describe('The first problem.'),
    })
    .nullable(),
  failed: z.string().nullable().describe('Code of the reason why the trail could not be verified.'),
});

export const trailReply = z.object({
  verification: verificationReply.nullable(),
  head: z
    .object({
      signedAt: instantReply.nullable(),
      waitingSec: z.number().describe('Time for which records have waited for a signed head; 0 if none wait.'),
    })
    .describe('State of the trail of this server.'),
});
export type TrailReply = z.output<typeof trailReply>;

export const backupReply = z.object({
  last: z
    .object({
      madeAt: instantReply,
      checkedAt: instantReply,
      files: z.int(),
      bytes: z.int(),
      hasKeys: z.boolean(),
      hasState: z.boolean().describe('Back up a store that replicas share with its own tools.'),
    })
    .nullable(),
});
export type BackupReply = z.output<typeof backupReply>;

const paths = z.array(z.string());

export const reloadReply = z.object({
  code: z.enum(faceErrorCodes).nullable().describe('Reason why the configuration is not active; `null` if it is.'),
  changed: paths.describe('Paths of the changed settings.'),
  needingRestart: paths.describe('Paths of settings that differ from the active ones and need a restart.'),
  problems: z.array(z.object({ path: z.string(), reason: z.string() })),
  switched: z
    .array(z.object({ connection: z.string(), mode: z.enum(['shadow', 'enforce']), by: z.string() }))
    .describe('Connections in a mode that an administrator switched, which overrides the configuration.'),
});
