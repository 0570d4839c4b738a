import { issuerOf } from '../config/issuer.js';
import type { Setup } from '../connections/setup.js';
import type { CliDeps } from './deps.js';
import { findConnection } from './find-connection.js';

export interface FoundUsers {
  readonly users: readonly { readonly connection: string | null; readonly subject: string }[];
  readonly unasked: readonly string[];
}

/**
 * Finds users by id or sign-in name. If a provider is down, the given text is used as an id there.
 * @param connection - `null` for all connections
 */
export async function findUsers(given: string, connection: string | null, setup: Setup): Promise<FoundUsers> {
  const connections = connection === null ? setup.connections : [findConnection(setup, connection)];
  const asked = await Promise.all(
    connections.map(async ({ id, createAdapter }) => {
      try {
        const { profile } = await createAdapter(issuerOf(setup.config));
        const account = await profile.findAccount(given);
        return { id, subject: account?.subject ?? null, isAsked: true };
      } catch {
        return { id, subject: null, isAsked: false };
      }
    }),
  );
  return {
    users: [
      { connection, subject: given },
      ...asked.flatMap(({ id, subject }) => (subject === null ? [] : [{ connection: id, subject }])),
    ],
    unasked: asked.flatMap(({ id, isAsked }) => (isAsked ? [] : [id])),
  };
}

/** Reports providers that could not be queried. @returns true if there are none */
export function tellUnasked({ unasked }: FoundUsers, { tell }: Pick<CliDeps, 'tell'>): boolean {
  if (unasked.length === 0) return true;
  tell(`facestep: ${unasked.join(', ')} could not be searched by username: the value is used as an ID there`);
  return false;
}
