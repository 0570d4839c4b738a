import { z } from 'zod';
import { clientFields, redirectUriGuard } from '../../src/config/oidc-client.js';

/** @see https://docs.xfa.tech/docs/integration-guides/configure-on-idp/onelogin */
export const oneloginFactorGuard = z.strictObject({
  ...clientFields,
  kind: z.literal('onelogin_factor').describe('The face check as a trusted IdP factor of OneLogin.'),
  redirectUris: z
    .array(redirectUriGuard)
    .min(1)
    .max(10)
    .describe('Redirect URI that the page of the trusted IdP in OneLogin’s console shows.'),
});
