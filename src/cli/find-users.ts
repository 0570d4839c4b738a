import { type LineReply, namesReply } from '../audit/ledger/replies.js';
import { issuerOf } from '../config/schema.js';
import type { Setup } from '../connections/setup.js';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';
import { findConnection } from './find-connection.js';
import type { CallDeps } from './find-server.js';

const mostNames = 100;

interface Who {
  readonly connection: string;
  readonly subject: string | null;
}

export async function readLogins(people: readonly Who[], deps: CallDeps): Promise<(who: Who) => string | null> {
  const logins = new Map<string, string>();
  for (const connection of new Set(people.map((each) => each.connection))) {
    const here = people.filter((each) => each.connection === connection);
    const subjects = [...new Set(here.flatMap(({ subject }) => subject ?? []))];
    for (let from = 0; from < subjects.length; from += mostNames) {
      const asked = { connection, subjects: subjects.slice(from, from + mostNames) };
      const { names } = await callServer('POST /people/names', namesReply, deps, asked);
      for (const { subject, login } of names) if (login !== null) logins.set(`${connection} ${subject}`, login);
    }
  }
  return ({ connection, subject }) => logins.get(`${connection} ${subject ?? ''}`) ?? null;
}

/** Returns the reason of a refusal: its code in docs/reference/errors.md, and failed liveness signals. */
export const toWhy = ({ code, reasons }: Pick<LineReply, 'code' | 'reasons'>): string =>
  [...(code === null ? [] : [code]), ...reasons].join(' ');

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
export function reportUnsearched(
  { unasked }: Pick<FoundUsers, 'unasked'>,
  { printError }: Pick<CliDeps, 'printError'>,
): boolean {
  if (unasked.length === 0) return true;
  printError(`facestep: ${unasked.join(', ')} could not be searched by username: the value is used as an ID there`);
  return false;
}
