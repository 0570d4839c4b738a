import { z } from 'zod';

const keyIssuerGuard = z.object({ issuer: z.string() });

/**
 * Returns true if this key may sign for a tenant. Entra publishes some keys for one issuer only.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer
 */
export function isEntraKeyOf(tenantId: string, key: unknown): boolean {
  const described = keyIssuerGuard.safeParse(key);
  if (!described.success) return true;
  const issuer = described.data.issuer.replaceAll('{tenantid}', tenantId);
  return URL.canParse(issuer) && new URL(issuer).pathname.split('/')[1] === tenantId;
}
