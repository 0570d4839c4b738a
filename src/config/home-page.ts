import { z } from 'zod';
import { lineGuard, textGuard } from './claims.js';
import { credentialGuard } from './credential.js';
import { clientIdGuard } from './oidc-client.js';
import { safeUrlGuard } from './safe-url.js';

/** One application of the organisation, as people find it on their own page. */
const serviceGuard = z.strictObject({
  name: lineGuard(60),
  /** Https, and http on this machine alone. */
  url: safeUrlGuard,
  /** What it is for. */
  text: textGuard(160).nullable().default(null),
});

/** The sign-in of the connection's own identity provider: for whoever cannot show their face. */
const signInGuard = z.strictObject({
  /** As its discovery document names it. */
  issuer: safeUrlGuard,
  clientId: clientIdGuard,
  clientSecret: credentialGuard,
  /** Asked for beside `openid`. */
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'expected the name of a scope'))
    .max(20)
    .default([]),
  /** The claim of the ID token that is the user's id at this connection. */
  subjectClaim: z.string().min(1).max(256).default('sub'),
});

/** The setting `me` of a connection: docs/home-page.md. */
export const homePageGuard = z
  .strictObject({
    /** Whether somebody who types their user name gets there by a face check. */
    faceCheck: z.boolean().default(true),
    signIn: signInGuard.nullable().default(null),
    services: z.array(serviceGuard).max(50).default([]),
  })
  .refine(({ faceCheck, signIn }) => faceCheck || signIn !== null, {
    path: ['faceCheck'],
    error: 'expected true, or a "signIn": there is no other way in',
  });

export type HomePageConfig = z.output<typeof homePageGuard>;

/** How people sign in at the connection's provider. */
export type OwnSignInConfig = NonNullable<HomePageConfig['signIn']>;
