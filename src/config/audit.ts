import { z } from 'zod';

export const auditGuard = z.strictObject({
  retentionDays: z
    .int()
    .min(30)
    .max(36_500)
    .nullable()
    .default(null)
    .describe('Days that records are kept. `null` keeps them forever. Whole files are removed, up to two weeks later.'),
});

export type AuditConfig = z.output<typeof auditGuard>;
