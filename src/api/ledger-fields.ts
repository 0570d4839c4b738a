import { z } from 'zod';
import type { Connection } from '../core/connection.js';
import { type LogLine, loggedActions, outcomes } from '../core/ledger/line.js';
import type { IndexedPerson } from '../core/ledger/person.js';
import { timeOfId } from '../core/ledger/places.js';
import { toIso } from '../core/units.js';
import { instantReply } from '../rest/fields.js';

/** What the lists of the ledger take and tell. */

export const connectionField = z.string().min(1).max(100).describe('The id of a connection.');
export const subjectField = z.string().min(1).max(256).describe('The user’s immutable id at that provider.');
export const cursorField = z.string().min(1).max(1500).describe('Where to go on: of the reply before.');
export const limitField = (most: number) => z.int().min(1).max(most).prefault(50).describe('At most so many.');

export const cursorReply = z
  .string()
  .nullable()
  .describe('Where to go on; `null`: that was all. A page may be shorter than asked for, or empty, and have one.');

const instantOrNull = instantReply.nullable();

export const personReply = z.strictObject({
  connection: z.string(),
  subject: z.string(),
  status: z.enum(['enrolled', 'expired', 'ended', 'none']).describe('`none`: not enrolled, as far as is kept.'),
  level: z.int().min(1).max(8).nullable().describe('Of the connection; `null`: it is configured no more.'),
  enrolledAt: instantOrNull,
  expiresAt: instantOrNull.describe('When the enrolment ends by itself; `null`: never.'),
  endedAt: instantOrNull,
  lastCheckAt: instantOrNull,
  lastCheck: z.enum(['passed', 'refused']).nullable(),
  lockedUntil: instantOrNull.describe('`null`: not locked out.'),
});

export function toPersonReply(
  { connection, subject, status, enrolledAt, expiresAt, endedAt, lastCheck, lockedUntil }: IndexedPerson,
  connections: ReadonlyMap<string, Connection>,
): z.input<typeof personReply> {
  return {
    ...{ connection, subject, status },
    level: connections.get(connection)?.policy.accuracy ?? null,
    enrolledAt: enrolledAt && toIso(enrolledAt),
    expiresAt: expiresAt && toIso(expiresAt),
    endedAt: endedAt && toIso(endedAt),
    lastCheckAt: lastCheck && toIso(lastCheck.at),
    lastCheck: lastCheck?.outcome ?? null,
    lockedUntil: lockedUntil && toIso(lockedUntil),
  };
}

const textOrNull = z.string().nullable();

export const lineReply = z.strictObject({
  id: z.string().describe('Of the record: the same wherever it is read.'),
  time: instantReply,
  connection: z.string(),
  subject: textOrNull,
  action: z.enum(loggedActions),
  outcome: z
    .enum(outcomes)
    .describe('`let_through`: no face was verified, and the connection refuses nobody for that; `noted`: neither.'),
  code: textOrNull.describe('Why not: a code of errors.md, or one of ledger.md.'),
  reasons: z
    .array(z.string())
    .describe(
      'What a liveness check found wanting; of an action that somebody was asked to approve, the beginning of its title.',
    ),
  application: textOrNull,
  hook: textOrNull,
  by: textOrNull.describe('The administrator or application that asked for it.'),
  requestId: textOrNull,
  stepUpId: textOrNull,
  network: textOrNull.describe('The caller’s: 24 bits of IPv4, 48 of IPv6. A hook’s caller is the provider.'),
});

export const toLineReply = ({ id, reasons, ...line }: LogLine): z.input<typeof lineReply> => ({
  id,
  time: toIso(timeOfId(id)),
  ...line,
  reasons: [...reasons],
});
