import { z } from 'zod';

/** How much of the log of decisions is kept, for people to read. The audit trail is kept apart from it. */
export const ledgerGuard = z.strictObject({
  days: z.int().min(1).max(3650).default(90).describe('Days that entries are kept, and people whose enrolment ended.'),
  entries: z
    .int()
    .min(1000)
    .max(100_000_000)
    .default(1_000_000)
    .describe('Maximum number of entries; older ones are removed.'),
});
