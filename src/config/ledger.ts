import { z } from 'zod';

/** How much of the log of decisions is kept, for people to read. The audit trail is kept apart from it. */
export const ledgerGuard = z.strictObject({
  /** Lines that are older go; the network a request came from is personal data. */
  days: z.int().min(1).max(3650).default(90),
  /** The newest so many stay. */
  entries: z.int().min(1000).max(100_000_000).default(1_000_000),
});
