import { z } from 'zod';
import type { ConnectionAddition } from '../../config/additions.js';
import { registeredClaimsGuard } from '../../config/claims.js';
import type { OidcConfig } from '../../config/oidc.js';
import { clientIdGuard, clientSecretGuard, publicKeysGuard, shownNameGuard } from '../../config/oidc-client.js';

const counterGuard = z
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
    error: 'expected either a secret or public keys: a counter must authenticate',
  });

export type CounterConfig = z.output<typeof counterGuard>;

declare module '../../config/additions.js' {
  interface ClientKinds {
    readonly counter: CounterConfig;
  }
}

export const counterAddition = { clientKind: counterGuard } as const satisfies ConnectionAddition;

const isCounter = (client: OidcConfig['clients'][number]): client is CounterConfig => client.kind === 'counter';

export const countersOf = ({ clients }: OidcConfig): CounterConfig[] => clients.filter(isCounter);
