import { alwaysOn, type Extension, nothing } from '../extension.js';
import { verifiedClaimsAddition } from './config.js';

/** Returns to relying parties which claims are verified, with the evidence. */
export const verifiedClaims = {
  ...nothing,
  connection: verifiedClaimsAddition,
  oidc: async () => (await import('./openid.js')).verifiedClaimsOfOidc,
  open: async () => alwaysOn('verified-claims', () => []),
} as const satisfies Extension;
