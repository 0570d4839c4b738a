import { z } from 'zod';
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
