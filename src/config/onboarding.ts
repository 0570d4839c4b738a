import { z } from 'zod';
import { standardTenant } from '../core/tenant.js';
import { connectionIdGuard } from './connection-id.js';

/** How developers come to applications of their own: docs/onboarding.md. */
export const onboardingGuard = z.strictObject({
  /**
   * The connection where nobody is real, which any developer may try calls on; `null`: none. Not `default`, as tokens of that
   * tenant serve every connection.
   */
  sandbox: connectionIdGuard
    .refine(
      (id) => id !== standardTenant,
      `expected another connection than "${standardTenant}": its tenant serves every connection`,
    )
    .nullable()
    .default(null),
  /** The most that a developer may ask for. */
  mostPerMinute: z.int().min(1).max(100_000).default(600),
  mostPerDay: z.int().min(1).max(100_000_000).default(100_000),
});

export type OnboardingConfig = z.output<typeof onboardingGuard>;
