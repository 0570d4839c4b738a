import { z } from 'zod';
import { lineGuard, textGuard } from './claims.js';
import { credentialGuard } from './credential.js';
import { clientIdGuard } from './oidc-client.js';
import { safeUrlGuard } from './safe-url.js';

const serviceGuard = z.strictObject({
  name: lineGuard(60).describe('Name of the service.'),
  url: safeUrlGuard.describe('Address of the service: https, or http on this machine.'),
  text: textGuard(160).nullable().default(null).describe('Description of the service, by language.'),
});

const signInGuard = z.strictObject({
  issuer: safeUrlGuard.describe('Issuer of the provider, as in its discovery document.'),
  clientId: clientIdGuard.describe(
    'Client id at the provider. Register `<publicUrl>/me/<connection>/callback` as its redirect URI.',
  ),
  clientSecret: credentialGuard.describe('Secret. Client secret at the provider.'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'expected the name of a scope'))
    .max(20)
    .default([])
    .describe('Scopes that are requested in addition to `openid`.'),
  subjectClaim: z
    .string()
    .min(1)
    .max(256)
    .default('sub')
    .describe('Claim of the ID token that has the user’s id of this connection, for example `sub` or `oid`.'),
});

export const homePageGuard = z
  .strictObject({
    faceCheck: z.boolean().default(true).describe('True if users can sign in with their username and a face check.'),
    signIn: signInGuard
      .nullable()
      .default(null)
      .describe('Sign-in at the connection’s own provider by OpenID Connect. Needs `publicUrl`.'),
    services: z.array(serviceGuard).max(50).default([]).describe('Your services that the page lists.'),
  })
  .refine(({ faceCheck, signIn }) => faceCheck || signIn !== null, {
    path: ['faceCheck'],
    error: 'expected true, or a "signIn": users need a way to sign in',
  });

export type HomePageConfig = z.output<typeof homePageGuard>;

export type OwnSignInConfig = NonNullable<HomePageConfig['signIn']>;
