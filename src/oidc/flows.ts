import { z } from 'zod';
import { defineFlow } from '../step-up/flow.js';
import { hookSignInGuard } from '../step-up/passed-step-up.js';

/* Checks of OpenID clients: of a sign-in, and of a person who links their account of another connection. */

const signInGuard = z.object({
  kind: z.literal('openid'),
  hookSignIn: hookSignInGuard.nullable(),
  proof: z.literal(['client', 'sign_in']),
  atKiosk: z.boolean(),
  takesAnotherWay: z.boolean(),
  takesPasskey: z.boolean().default(false),
});
export type OpenIdFlow = z.output<typeof signInGuard>;

export const openIdFlow = defineFlow('openid', signInGuard, ({ kind: _, ...terms }) => ({
  ...terms,
  mayGlance: !terms.atKiosk,
}));

const linkingGuard = z.object({ kind: z.literal('linking'), atKiosk: z.boolean() });
export type LinkingFlow = z.output<typeof linkingGuard>;

export const linkingFlow = defineFlow('linking', linkingGuard, ({ atKiosk }) => ({ atKiosk, staysHere: true }));
