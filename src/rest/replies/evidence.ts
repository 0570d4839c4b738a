import { z } from 'zod';
import { tamperKinds } from '../../audit/tamper-kinds.js';
import { instantReply } from './instant.js';

const verificationReply = z.object({
  state: z.enum(['under_way', 'sound', 'unsound', 'failed', 'broken_off']),
  by: z.string(),
  startedAt: instantReply,
  endedAt: instantReply.nullable(),
  bytesRead: z.int(),
  bytesInAll: z.int(),
  outcome: z
    .object({
      isSound: z.boolean(),
      chain: z.string().nullable().describe('Which trail it is: each replica has one.'),
      firstSequence: z.int(),
      lastSequence: z.int().describe('Of the last record before anything that is wrong.'),
      heads: z.int().describe('How many signed heads were verified.'),
      tampering: z
        .object({
          kind: z.enum(tamperKinds),
          file: z.string().nullable(),
          line: z.int().nullable(),
          sequence: z.int(),
        })
        .nullable()
        .describe('The first thing that is wrong.'),
    })
    .nullable(),
  failed: z.string().nullable().describe('Why it could not be verified: a code.'),
});

export const trailReply = z.object({
  verification: verificationReply.nullable(),
  head: z
    .object({
      signedAt: instantReply.nullable(),
      waitingSec: z.number().describe('For how long records have waited for a signed head; 0: none do.'),
    })
    .describe('Of the trail of this server.'),
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
      hasState: z.boolean().describe('A store that servers share is backed up by its own means.'),
    })
    .nullable(),
});
export type BackupReply = z.output<typeof backupReply>;
