import { z } from 'zod';
import { instantReply } from '../core/instant.js';

export const undeliveredReply = z.object({
  events: z
    .array(
      z.object({
        id: z.string(),
        receiver: z.string(),
        event: z.string(),
        reason: z.string().describe('Why the last attempt failed, and what prevents another one.'),
        time: instantReply.describe('Time at which it was given up.'),
        canRetry: z
          .boolean()
          .describe('False if this server cannot send it again, as its record is in the audit trail of another.'),
      }),
    )
    .describe('The newest, at most 50.'),
  total: z.int(),
});
export type UndeliveredReply = z.output<typeof undeliveredReply>;

export const retriedReply = z.object({
  events: z.array(
    z.object({ id: z.string(), reason: z.string().nullable().describe('Why it failed again. `null` if delivered.') }),
  ),
});
export type RetriedReply = z.output<typeof retriedReply>;
