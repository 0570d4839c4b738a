import { z } from 'zod/mini';
import { post } from '../../frame/call.js';
import type { Who } from '../../ledger/requests.js';

/** What was done at one connection, or why not. */
const outcomeGuard = z.object({
  connection: z.string(),
  subject: z.nullable(z.string()),
  code: z.nullable(z.string()),
});
export type Outcome = z.infer<typeof outcomeGuard>;

const outcomesGuard = z.object({ subjects: z.array(outcomeGuard), complete: z.boolean() });

// Loose: all of it goes into the file that is saved.
const heldGuard = z.looseObject({
  consent: z.nullable(
    z.looseObject({ statement: z.string(), givenAt: z.string(), withdrawnAt: z.nullable(z.string()) }),
  ),
  passkey: z.nullable(z.looseObject({ expiresAt: z.nullable(z.string()) })),
  attempts: z.looseObject({ failures: z.number() }),
  passedStepUp: z.nullable(z.looseObject({ passedAt: z.string() })),
});
export type Held = z.infer<typeof heldGuard>;

export const exportPerson = (who: Who) =>
  post(
    '/v1/subjects/export',
    z.object({ subjects: z.array(z.extend(outcomeGuard, { held: z.nullable(heldGuard) })), complete: z.boolean() }),
    who,
  );

export const unlockPerson = (who: Who) => post('/v1/subjects/unlock', outcomesGuard, who);
export const revokePerson = (who: Who) => post('/v1/subjects/revoke', outcomesGuard, who);
export const erasePerson = (who: Who) =>
  post('/v1/subjects/erase', z.extend(outcomesGuard, { receipt: z.nullable(z.string()) }), who);

/** @param fields.lifeHours - how long the link may wait */
export const invitePerson = (who: Who, fields: { purpose: string; lifeHours: number }) =>
  post('/v1/subjects/invite', z.object({ url: z.string(), expiresAt: z.string() }), { ...who, ...fields });
