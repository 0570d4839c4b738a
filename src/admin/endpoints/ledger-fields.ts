import { z } from 'zod';
import type { LoggedCheck } from '../../audit/ledger/checks.js';
import type { LogLine } from '../../audit/ledger/line.js';
import type { IndexedPerson } from '../../audit/ledger/person.js';
import { timeOfId } from '../../audit/ledger/places.js';
import type { Connection } from '../../core/connection.js';
import { toIso } from '../../core/units.js';
import type { CheckReply, LineReply, PersonReply } from '../../http/rest/replies/ledger.js';

export const connectionField = z.string().min(1).max(100).describe('The id of a connection.');
export const subjectField = z.string().min(1).max(256).describe('The user’s immutable id at that provider.');
export const cursorField = z.string().min(1).max(1500).describe('Cursor of the previous reply.');
export const limitField = (most: number) =>
  z.int().min(1).max(most).prefault(50).describe('Maximum number of entries.');

export function toPersonReply(
  { connection, subject, status, enrolledAt, expiresAt, endedAt, lastCheck, lockedUntil }: IndexedPerson,
  connections: ReadonlyMap<string, Connection>,
): PersonReply {
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

export const toLineReply = ({ id, reasons, ...line }: LogLine): LineReply => ({
  id,
  time: toIso(timeOfId(id)),
  ...line,
  reasons: [...reasons],
});

/** Converts a check. The application is that of the latest event that names one, because the result may not. */
export function toCheckReply({ result, events }: LoggedCheck): CheckReply {
  const application = events.findLast((event) => event.application !== null)?.application ?? null;
  return {
    ...toLineReply({ ...result, application: result.application ?? application }),
    startedAt: toIso(timeOfId(events[0]?.id ?? result.id)),
    events: events.map(toLineReply),
  };
}
