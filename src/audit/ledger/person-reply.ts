import type { Connection } from '../../core/connection.js';
import { toIso } from '../../core/units.js';
import type { IndexedPerson } from './places.js';
import type { PersonReply } from './replies.js';

export function toPersonReply(
  { connection, subject, status, enrolledAt, expiresAt, proof, endedAt, lastCheck, lockedUntil }: IndexedPerson,
  connections: ReadonlyMap<string, Connection>,
): PersonReply {
  return {
    connection,
    subject,
    status,
    level: connections.get(connection)?.policy.accuracy ?? null,
    enrolledAt: enrolledAt && toIso(enrolledAt),
    expiresAt: expiresAt && toIso(expiresAt),
    proof,
    endedAt: endedAt && toIso(endedAt),
    lastCheckAt: lastCheck && toIso(lastCheck.at),
    lastCheck: lastCheck?.outcome ?? null,
    lockedUntil: lockedUntil && toIso(lockedUntil),
  };
}
