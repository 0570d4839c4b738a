import { z } from 'zod';

/** How long what outlives an enrolment is kept. */
export const retentionGuard = z.strictObject({
  /**
   * Days after a consent was withdrawn; `null` is without end. GDPR, Article 7(1): whoever processed must be able to show
   * the consent, for as long as it can be disputed: in many places three years.
   */
  consentDays: z
    .int()
    .min(1)
    .max(36_500)
    .nullable()
    .default(1095)
    .describe('Days that a consent is kept after it was withdrawn. `null` keeps it forever.'),
});
