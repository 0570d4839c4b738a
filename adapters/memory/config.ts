import { z } from 'zod';
import type { ConnectionAdditions } from '../../src/config/additions.js';
import { createConnectionFields } from '../../src/config/connection.js';

/** A connection of test people issues only marked receipts, so it has no OpenID clients and no own pages. */
export const createMemoryConnectionGuard = (added: ConnectionAdditions) =>
  z.strictObject({
    ...createConnectionFields(added),
    kind: z.literal('memory'),
    me: z.null().default(null).describe('Test people have no own page.'),
    oidc: z.null().default(null).describe('Test people sign in nowhere.'),
  });

export type MemoryConnection = z.output<ReturnType<typeof createMemoryConnectionGuard>>;
