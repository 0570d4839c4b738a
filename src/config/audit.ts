import { z } from 'zod';

/** How the audit trail is kept. */
export const auditGuard = z.strictObject({
  /** How long records are kept, in days; `null` is for ever. */
  retentionDays: z.int().min(30).max(36_500).nullable().default(null),
});

export type AuditConfig = z.output<typeof auditGuard>;
