import { z } from 'zod';
import { connectionIdGuard } from './connection-id.js';
import { credentialGuard } from './credential.js';
import { clientIdGuard } from './oidc-client.js';
import { safeUrlGuard } from './safe-url.js';

/** A group as the provider names it in its claim: a name or an id. */
const groupsGuard = z.array(z.string().min(1).max(256)).max(100).default([]);

const signInGuard = z.strictObject({
  /** Of the company's identity provider, as its discovery document names it. */
  issuer: safeUrlGuard,
  clientId: clientIdGuard,
  clientSecret: credentialGuard,
  /** Asked for beside `openid`. */
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'expected the name of a scope'))
    .max(20)
    .default(['profile', 'email']),
  /** The claim that lists the person's groups. */
  groupsClaim: z.string().min(1).max(256).default('groups'),
  /** Which groups have which role; of several, the strongest counts. Who is in none does not get in. */
  roles: z.strictObject({
    owner: groupsGuard,
    operator: groupsGuard,
    auditor: groupsGuard,
    'help-desk': groupsGuard,
    developer: groupsGuard,
  }),
});

/** The web page for administrators: docs/console.md. */
export const consoleGuard = z.strictObject({
  /** `null`: by an administrator's key alone. */
  signIn: signInGuard.nullable().default(null),
  /** How long a session may rest before it ends. */
  sessionMinutes: z.int().min(5).max(480).default(30),
  /** A face check of our own before erasing, keys and roles; `null`: none. */
  stepUp: z
    .strictObject({
      /** Where the administrators are enrolled. */
      connection: connectionIdGuard,
      /** How long one check serves. */
      maxAgeMinutes: z.int().min(1).max(60).default(10),
    })
    .nullable()
    .default(null),
});

export type ConsoleConfig = z.output<typeof consoleGuard>;

/** How administrators sign in at the company's own provider. */
export type SignInConfig = NonNullable<ConsoleConfig['signIn']>;
