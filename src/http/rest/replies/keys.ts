import { z } from 'zod';
import { instantReply } from './instant.js';

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
      tokens: z.int().describe('Number of active tokens that it sealed.'),
      problem,
    }),
  ),
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
    .describe('Number of active tokens that cannot be opened afterwards; `null` for a signing key.'),
  words,
});
export type RetiredKeyReply = z.output<typeof retiredKeyReply>;
