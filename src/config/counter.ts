import { z } from 'zod';
import { registeredClaimsGuard } from './claims.js';
import { clientIdGuard, clientSecretGuard, publicKeysGuard, shownNameGuard } from './oidc-client.js';

/** A counter, where staff check people in person: it shows a code, and is told who opened it and passed. */
export const counterGuard = z
  .strictObject({
    kind: z.literal('counter'),
    id: clientIdGuard,
    /** What people read on their phone: they have to know it for the counter they stand at. */
    name: shownNameGuard,
    secret: clientSecretGuard.nullable().default(null),
    /** JSON Web Keys, instead of a secret: the counter signs assertions (`private_key_jwt`). */
    publicKeys: publicKeysGuard.nullable().default(null),
    /** What it may ask about a person, each with what for. It is told only what that person agrees to. */
    claims: registeredClaimsGuard,
  })
  .refine(({ secret, publicKeys }) => (secret === null) !== (publicKeys === null), {
    path: ['secret'],
    error: 'expected either a secret or public keys: nobody else may speak in the name of a counter',
  });

/** A client of the kind `counter`. */
export type CounterConfig = z.output<typeof counterGuard>;
