import { z } from 'zod';
import { instantReply } from './instant.js';

const problem = z.string().nullable().describe('What is wrong with it; `null`: it can be used.');

const turningReply = z.array(
  z.object({
    name: z.string(),
    isSigning: z.boolean(),
    signsFrom: instantReply.nullable(),
    signsUntil: instantReply
      .nullable()
      .describe('When another takes over: `null` until somebody makes the next one, where none is made by itself.'),
    problem,
  }),
);

const words = z.array(z.string()).describe('What was done, or what a person has to do.');

export const keysReply = z.object({
  kind: z.enum(['local', 'aws-kms']),
  sealing: z.array(
    z.object({
      version: z.int(),
      isCurrent: z.boolean().describe('Whether it seals new tokens.'),
      madeAt: instantReply.nullable(),
      tokens: z.int().describe('How many tokens in use it has sealed.'),
      problem,
    }),
  ),
  signing: turningReply,
  oidc: turningReply,
});
export type KeysReply = z.output<typeof keysReply>;

export const rotatedKeyReply = z.object({
  isDone: z.boolean(),
  key: z.string().nullable().describe('Its version or name; `null` where none was made.'),
  signsFrom: instantReply.nullable(),
  words,
});
export type RotatedKeyReply = z.output<typeof rotatedKeyReply>;

export const retiredKeyReply = z.object({
  isDone: z.boolean(),
  lost: z.int().nullable().describe('Tokens in use that nobody can open then; `null` of a signing key.'),
  words,
});
export type RetiredKeyReply = z.output<typeof retiredKeyReply>;
