import { z } from 'zod';
import { connectionIdGuard } from './connection-id.js';
import { credentialGuard } from './credential.js';
import { clientIdGuard } from './oidc-client.js';
import { safeUrlGuard } from './safe-url.js';

const groupsGuard = z.array(z.string().min(1).max(256)).max(100).default([]);

const signInGuard = z.strictObject({
  issuer: safeUrlGuard.describe('Issuer of your identity provider, as in its discovery document.'),
  clientId: clientIdGuard.describe('Client id of the console at the provider.'),
  clientSecret: credentialGuard.describe('Secret. Client secret of the console.'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'expected the name of a scope'))
    .max(20)
    .default(['profile', 'email'])
    .describe('Scopes that are requested in addition to `openid`.'),
  groupsClaim: z.string().min(1).max(256).default('groups').describe('Claim that lists the groups of a person.'),
  roles: z
    .strictObject({
      owner: groupsGuard.describe('Groups with the role `owner`.'),
      operator: groupsGuard.describe('Groups with the role `operator`.'),
      auditor: groupsGuard.describe('Groups with the role `auditor`.'),
      'help-desk': groupsGuard.describe('Groups with the role `help-desk`.'),
      developer: groupsGuard.describe('Groups with the role `developer`. See docs/onboarding.md.'),
    })
    .describe(
      'Groups of each role, by name or id. With several matches, the strongest role counts. People without a matching group cannot sign in.',
    ),
});

export const consoleGuard = z.strictObject({
  signIn: signInGuard
    .nullable()
    .default(null)
    .describe(
      'Sign-in of administrators at your identity provider. `null`: only with an administrator’s key. Needs `publicUrl`.',
    ),
  sessionMinutes: z
    .int()
    .min(5)
    .max(480)
    .default(30)
    .describe('Minutes until an idle session ends. A session lasts 8 hours at most.'),
  stepUp: z
    .strictObject({
      connection: connectionIdGuard.describe('Id of the connection where administrators are enrolled.'),
      maxAgeMinutes: z.int().min(1).max(60).default(10).describe('Minutes that one face check is valid.'),
    })
    .nullable()
    .default(null)
    .describe(
      'Face check before data is erased, or keys or roles are changed. Not required from administrators who signed in with a key.',
    ),
});

export type ConsoleConfig = z.output<typeof consoleGuard>;

export type SignInConfig = NonNullable<ConsoleConfig['signIn']>;
