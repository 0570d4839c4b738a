import { z } from 'zod';
import type { ConnectionAddition } from '../../config/additions.js';
import { claimNameGuard } from '../../config/claims.js';

const sectionGuard = z.strictObject({
  trustFramework: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/, 'expected 1 to 100 printable ASCII characters without spaces')
    .describe('Name of the rules by which your organization verified these claims, for example `nist_800_63A`.'),
  claims: z
    .array(claimNameGuard)
    .min(1)
    .max(50)
    .describe('Claims of the profile that your organization has verified by these rules.'),
});

export type VerifiedClaimsConfig = z.output<typeof sectionGuard>;

declare module '../../config/additions.js' {
  interface OidcSections {
    readonly verifiedClaims: VerifiedClaimsConfig | null;
  }
}

export const verifiedClaimsAddition = {
  oidcSections: {
    verifiedClaims: sectionGuard
      .nullable()
      .default(null)
      .describe('Verified claims for OpenID clients. `null`: none. See docs/verified-claims.md.'),
  },
} as const satisfies ConnectionAddition;
