import { z } from 'zod';

/** Where step-ups, client tokens, consents, the deny list and counters are kept. */
export const stateGuard = z.discriminatedUnion('kind', [
  /** One file in the data folder: for a single server. */
  z.strictObject({ kind: z.literal('sqlite') }),
]);

export type StateConfig = z.output<typeof stateGuard>;
