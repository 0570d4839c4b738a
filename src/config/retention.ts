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

export const retentionGuard = z.strictObject({
  /**
   * Days for which a consent record is kept after the withdrawal, or `null` for unlimited. GDPR, Article 7(1): the
   * controller must be able to prove consent, in many places for three years.
   */
  consentDays: z
    .int()
    .min(1)
    .max(36_500)
    .nullable()
    .default(1095)
    .describe('Days that a consent is kept after it was withdrawn. `null` keeps it forever.'),
});
