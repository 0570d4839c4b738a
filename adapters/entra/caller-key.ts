import { z } from 'zod';

const keyIssuerGuard = z.object({ issuer: z.string() });

/**
 * Whether a published key of Entra signs for a tenant. Entra says of some keys whose tokens they sign; one that signs for
 * others must not speak for this tenant.
 * @param key - as its JWKS has it; `undefined` where it is not there any more
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer
 */
export function isEntraKeyOf(tenantId: string, key: unknown): boolean {
  const described = keyIssuerGuard.safeParse(key);
  if (!described.success) return true;
  const issuer = described.data.issuer.replaceAll('{tenantid}', tenantId);
  return URL.canParse(issuer) && new URL(issuer).pathname.split('/')[1] === tenantId;
}
