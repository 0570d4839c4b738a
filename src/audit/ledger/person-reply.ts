import type { Connection } from '../../core/connection.js';
import type { IndexedPerson } from './places.js';

/** Adds the level to a person, and takes the last check apart. The reply has only what its guard declares. */
export const toPersonReply = (person: IndexedPerson, connections: ReadonlyMap<string, Connection>) => ({
  ...person,
  level: connections.get(person.connection)?.policy.accuracy ?? null,
  lastCheckAt: person.lastCheck?.at ?? null,
  lastCheck: person.lastCheck?.outcome ?? null,
});
