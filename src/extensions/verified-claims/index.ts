import { alwaysOn, type Extension, nothing } from '../extension.js';
import { verifiedClaimsAddition } from './config.js';

/** Tells relying parties which claims are verified, and what the verification rests on. */
export const verifiedClaims = {
  ...nothing,
  connection: verifiedClaimsAddition,
  oidc: async () => (await import('./openid.js')).verifiedClaimsOfOidc,
  open: async () => alwaysOn('verified-claims', () => []),
} as const satisfies Extension;
