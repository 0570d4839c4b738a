import { z } from 'zod';
import { tamperKinds } from '../../../audit/tamper-kinds.js';
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
