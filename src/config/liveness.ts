import { z } from 'zod';
import type { Policy } from '../core/connection.js';
import { type LivenessLevel, livenessLevels, type VendorPolicy } from '../core/liveness-policy.js';

/** An own level of liveness, or the check of a vendor. */
export const livenessPolicyGuard = z.union([
  z.enum(livenessLevels),
  z.strictObject({
    vendor: z.string().min(1).max(40).describe('Name of a vendor in `liveness`, such as `aws`.'),
    confidence: z.number().min(50).max(100).default(80).describe('Lowest confidence of the vendor that passes.'),
    fallback: z
      .enum(['movement', 'none'])
      .default('none')
      .describe(
        'While the vendor’s service fails: `"movement"` asks for movements of the own check, which is not certified. `"none"` refuses the check.',
      ),
  }),
]) satisfies z.ZodType<LivenessLevel | VendorPolicy>;

/** Reports glances that no setting permits, and a passkey as proof that is not required. */
export function findGlanceProblem(
  { liveness, rules, glance, userSecret }: Pick<Policy, 'liveness' | 'rules' | 'glance' | 'userSecret'>,
  context: z.core.$RefinementCtx,
): void {
  const asked = [
    { path: ['liveness'], liveness },
    ...rules.map((rule, index) => ({ path: ['rules', index, 'liveness'], liveness: rule.liveness })),
  ].filter((each) => each.liveness === 'glance');
  if (glance === null)
    for (const { path } of asked)
      context.addIssue({
        code: 'custom',
        path,
        message: 'needs policy.glance, which says where one movement is enough',
      });
  if (glance?.proof === 'passkey' && userSecret !== 'passkey')
    context.addIssue({
      code: 'custom',
      path: ['glance', 'proof'],
      message: 'expected "browser", as policy.userSecret is not "passkey"',
    });
}
