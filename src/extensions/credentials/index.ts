import { alwaysOn, type Extension, nothing } from '../extension.js';
import { credentialsAddition } from './config.js';
import { credentialData, credentialHoldings } from './credentials.js';

/** Issues credentials that people carry in a wallet. */
export const credentials = {
  ...nothing,
  connection: credentialsAddition,
  personalData: [credentialData],
  holdings: credentialHoldings,
  oidc: async () => (await import('./openid.js')).credentialsOfOidc,
  open: async () => alwaysOn('credentials', () => []),
} as const satisfies Extension;
