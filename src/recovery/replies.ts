import { z } from 'zod';
import { instantReply } from '../core/instant.js';
import { cursorReply } from '../core/page-fields.js';
import { recoveryOutcomes, secondThings } from '../core/second-things.js';
import { faceErrorCodes } from '../errors.js';

export const recoveryLinkReply = z.object({
  id: z.string(),
  url: z.string().nullable().describe('`null` if it was sent.'),
  isEnrolled: z.boolean().describe('False if the person has no face check now, so that the recovery always fails.'),
  expiresAt: instantReply,
});

export type RecoveryLinkReply = z.output<typeof recoveryLinkReply>;

export const recoveryReply = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  secondThing: z.enum(secondThings).nullable(),
  stage: z
    .enum(['second_thing', 'face', 'approval', 'delay', 'ready', 'shown', 'revoking', 'ended'])
    .describe('`shown`: the person has not confirmed the credential. `revoking`: it is being revoked.'),
  outcome: z.enum(recoveryOutcomes).nullable(),
  reason: z.enum(faceErrorCodes).nullable().describe('Why it was refused.'),
  isPrivileged: z.boolean(),
  approvals: z.array(z.string()).describe('Names of those who approved it.'),
  approvalsNeeded: z.int(),
  notBefore: instantReply.nullable(),
  begunBy: z.string().nullable().describe('Administrator who sent the link.'),
  begunAt: instantReply,
});
export type RecoveryReply = z.output<typeof recoveryReply>;

export const recoveriesReply = z.object({ recoveries: z.array(recoveryReply), cursor: cursorReply });
export type RecoveriesReply = z.output<typeof recoveriesReply>;

export const changedRecoveryReply = z.object({ recovery: recoveryReply });
