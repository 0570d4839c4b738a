import { z } from 'zod';
import { faceErrorCodes } from '../../../errors.js';
import { instantReply } from './instant.js';

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
