import { z } from 'zod';

/** Retention of the decision log, which is separate from the audit log. */
export const ledgerGuard = z.strictObject({
  days: z.int().min(1).max(3650).default(90).describe('Days that entries are kept, and people whose enrolment ended.'),
  entries: z
    .int()
    .min(1000)
    .max(100_000_000)
    .default(1_000_000)
    .describe('Maximum number of entries; older ones are removed.'),
});
