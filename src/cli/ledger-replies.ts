import { z } from 'zod';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';

/* What the server tells of people and of decisions, as far as a terminal shows it. */

const textOrNull = z.string().nullable();

// Loose: JSON is printed as the server said it.
export const personGuard = z.looseObject({
  connection: z.string(),
  subject: z.string(),
  status: z.string(),
  level: z.number().nullable(),
  enrolledAt: textOrNull,
  expiresAt: textOrNull,
  endedAt: textOrNull,
  lastCheckAt: textOrNull,
  lastCheck: textOrNull,
  lockedUntil: textOrNull,
});
export type PersonReply = z.output<typeof personGuard>;

/** What a line has, in the order of a CSV file. */
export const lineGuard = z.object({
  id: z.string(),
  time: z.string(),
  connection: z.string(),
  subject: textOrNull,
  action: z.string(),
  outcome: z.string(),
  code: textOrNull,
  reasons: z.array(z.string()),
  application: textOrNull,
  hook: textOrNull,
  by: textOrNull,
  requestId: textOrNull,
  stepUpId: textOrNull,
  network: textOrNull,
});
export type LineReply = z.output<typeof lineGuard>;

const namesGuard = z.object({ names: z.array(z.object({ subject: z.string(), login: textOrNull })) });

const mostNames = 100;

interface Who {
  readonly connection: string;
  readonly subject: string | null;
}

/** How people are called, by connection and id. Whom the provider does not name is left out. */
export async function readLogins(
  people: readonly Who[],
  deps: Pick<CliDeps, 'env' | 'fetch'>,
): Promise<(who: Who) => string | null> {
  const logins = new Map<string, string>();
  for (const connection of new Set(people.map((each) => each.connection))) {
    const here = people.filter((each) => each.connection === connection);
    const subjects = [...new Set(here.flatMap(({ subject }) => subject ?? []))];
    for (let from = 0; from < subjects.length; from += mostNames) {
      const fields = { connection, subjects: subjects.slice(from, from + mostNames) };
      const { names } = await callServer({ method: 'POST', path: '/people/names', fields }, namesGuard, deps);
      for (const { subject, login } of names) if (login !== null) logins.set(`${connection} ${subject}`, login);
    }
  }
  return ({ connection, subject }) => logins.get(`${connection} ${subject ?? ''}`) ?? null;
}

/** Why something was refused, by the codes of docs/errors.md and what a liveness check found wanting. */
export const toWhy = ({ code, reasons }: Pick<LineReply, 'code' | 'reasons'>): string =>
  [...(code === null ? [] : [code]), ...reasons].join(' ');
