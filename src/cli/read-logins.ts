import { type LineReply, namesReply } from '../audit/ledger/replies.js';
import { callServer } from './call-server.js';
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
