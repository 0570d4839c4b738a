import type { Setup } from '../../adapters/setup.js';
import { issuerOf } from '../config/issuer.js';
import type { CliDeps } from './deps.js';
import { findConnection } from './find-connection.js';

/** Whom an id or a name may mean. */
export interface FoundUsers {
  /** The id as it was given, at any connection asked, and whoever signs in by it as a name. */
  readonly users: readonly { readonly connection: string | null; readonly subject: string }[];
  /** Connections whose provider could not be asked for the name. */
  readonly unasked: readonly string[];
}

/**
 * Finds the users that somebody at a terminal means, who knows an id or the name they sign in by: records hold ids alone. What is
 * given counts as an id even while a provider is down.
 * @param connection - where to ask; everywhere where it is `null`
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

/** Says which providers could not be asked. @returns whether all were */
export function tellUnasked({ unasked }: FoundUsers, { tell }: Pick<CliDeps, 'tell'>): boolean {
  if (unasked.length === 0) return true;
  tell(`facestep: ${unasked.join(', ')} could not be asked who signs in by that name: taken as an id there`);
  return false;
}
