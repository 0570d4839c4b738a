import { z } from 'zod';
import type { ConnectionAdditions } from '../../src/config/additions.js';
import { createConnectionFields } from '../../src/config/connection.js';
import { recoveryGuard } from '../../src/config/recovery.js';

/** A connection of test people issues only marked receipts, so it has no OpenID clients, no own pages and no recovery. */
export const createMemoryConnectionGuard = (added: ConnectionAdditions) =>
  z.strictObject({
    ...createConnectionFields(added),
    kind: z.literal('memory'),
    me: z.null('expected null: test people have no own pages').default(null).describe('Test people have no own page.'),
    oidc: z.null('expected null: test people sign in nowhere').default(null).describe('Test people sign in nowhere.'),
    recovery: recoveryGuard
      .refine(({ mode }) => mode === 'off', {
        path: ['mode'],
        message: 'expected "off": test people have no account to recover',
      })
      .describe('Test people have no account to recover.'),
  });

export type MemoryConnection = z.output<ReturnType<typeof createMemoryConnectionGuard>>;
