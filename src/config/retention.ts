import { z } from 'zod';

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
