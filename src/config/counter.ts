import { z } from 'zod';
import { registeredClaimsGuard } from './claims.js';
import { clientIdGuard, clientSecretGuard, publicKeysGuard, shownNameGuard } from './oidc-client.js';

export const counterGuard = z
  .strictObject({
    kind: z.literal('counter').describe('A counter where staff check people in person. See docs/in-person.md.'),
    id: clientIdGuard.describe('Client id.'),
    name: shownNameGuard.describe('Name that people read on their phone.'),
    secret: clientSecretGuard.nullable().default(null).describe('Secret. Client secret.'),
    publicKeys: publicKeysGuard
      .nullable()
      .default(null)
      .describe('JSON Web Keys instead of a secret: the client authenticates with `private_key_jwt`.'),
    claims: registeredClaimsGuard.describe(
      'Claims that it may request, by name. It receives only those that the person consents to.',
    ),
  })
  .refine(({ secret, publicKeys }) => (secret === null) !== (publicKeys === null), {
    path: ['secret'],
    error: 'expected either a secret or public keys: nobody else may speak in the name of a counter',
  });

export type CounterConfig = z.output<typeof counterGuard>;
