import { z } from 'zod';
import { connectionIdGuard } from '../../config/connection-id.js';
import { standardTenant } from '../../core/connection.js';

const onboardingGuard = z.strictObject({
  /**
   * Connection that has only test users, or `null`. It cannot be named `default`, because client tokens of the tenant
   * `default` are valid for every connection.
   */
  sandbox: connectionIdGuard
    .refine(
      (id) => id !== standardTenant,
      `expected another connection than "${standardTenant}": its tenant serves every connection`,
    )
    .nullable()
    .default(null)
    .describe('Id of a connection with test users only, on which developers try calls. Not `default`.'),
  mostPerMinute: z
    .int()
    .min(1)
    .max(100_000)
    .default(600)
    .describe('Maximum requests per minute that a developer can ask for.'),
  mostPerDay: z
    .int()
    .min(1)
    .max(100_000_000)
    .default(100_000)
    .describe('Maximum requests per day that a developer can ask for.'),
});

export const sections = {
  onboarding: onboardingGuard
    .prefault({})
    .describe('Self-service requests of developers for applications. See docs/onboarding.md.'),
};

export type Settings = z.output<z.ZodObject<typeof sections>>;
