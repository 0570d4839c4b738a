import { z } from 'zod/mini';
import { post } from '../../frame/call.js';

/** What was done at one connection, or why not. */
const outcomeGuard = z.object({
  connection: z.string(),
  /** `null`: nobody there signs in by that name. */
  subject: z.nullable(z.string()),
  code: z.nullable(z.string()),
});
export type Outcome = z.infer<typeof outcomeGuard>;

const outcomesGuard = z.object({ subjects: z.array(outcomeGuard), complete: z.boolean() });
const attemptsGuard = z.object({ failures: z.number(), lockedUntil: z.nullable(z.string()) });

const heldGuard = z.object({
  enrolment: z.nullable(
    z.object({ expiresAt: z.nullable(z.string()), revoked: z.boolean(), accuracy: z.number(), scope: z.string() }),
  ),
  consent: z.nullable(z.object({ statement: z.string(), givenAt: z.string(), withdrawnAt: z.nullable(z.string()) })),
  passkey: z.nullable(z.object({ expiresAt: z.nullable(z.string()) })),
  attempts: attemptsGuard,
  attemptsOfOutsiders: attemptsGuard,
  passedStepUp: z.nullable(z.object({ passedAt: z.string() })),
  records: z.array(z.object({ time: z.string(), action: z.string() })),
});
export type Held = z.infer<typeof heldGuard>;

export const exportPerson = (login: string) =>
  post(
    '/v1/subjects/export',
    z.object({ subjects: z.array(z.extend(outcomeGuard, { held: z.nullable(heldGuard) })), complete: z.boolean() }),
    { login },
  );

export const unlockPerson = (login: string) => post('/v1/subjects/unlock', outcomesGuard, { login });
export const revokePerson = (login: string) => post('/v1/subjects/revoke', outcomesGuard, { login });
export const erasePerson = (login: string) =>
  post('/v1/subjects/erase', z.extend(outcomesGuard, { receipt: z.nullable(z.string()) }), { login });

/** @param fields.lifeHours - how long the link may wait */
export const invitePerson = (fields: { connection: string; login: string; purpose: string; lifeHours: number }) =>
  post('/v1/subjects/invite', z.object({ url: z.string(), expiresAt: z.string() }), fields);
