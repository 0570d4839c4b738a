import { z } from 'zod/mini';
import { post } from '../frame/call.js';

const textOrNull = z.nullable(z.string());

/** Whom the server means: an id at a connection. */
const whoShape = { connection: z.string(), subject: z.string() };
export type Who = { readonly connection: string; readonly subject: string };

/** One text for one person, such as a key of a list. */
export const keyOf = ({ connection, subject }: Who): string => `${connection} ${subject}`;

export const statuses = ['enrolled', 'expired', 'ended', 'locked'] as const;

const personShape = {
  ...whoShape,
  status: z.enum(['enrolled', 'expired', 'ended', 'none']),
  level: z.nullable(z.number()),
  enrolledAt: textOrNull,
  expiresAt: textOrNull,
  endedAt: textOrNull,
  lastCheckAt: textOrNull,
  lastCheck: z.nullable(z.enum(['passed', 'refused'])),
  lockedUntil: textOrNull,
};
const personGuard = z.object(personShape);
export type Person = z.infer<typeof personGuard>;

const nameShape = { login: textOrNull, email: textOrNull };
export type Name = { readonly login: string | null; readonly email: string | null };

export const outcomes = ['passed', 'refused', 'let_through', 'noted'] as const;

const lineGuard = z.object({
  id: z.string(),
  time: z.string(),
  connection: z.string(),
  subject: textOrNull,
  action: z.string(),
  outcome: z.enum(outcomes),
  code: textOrNull,
  reasons: z.array(z.string()),
  application: textOrNull,
  hook: textOrNull,
  by: textOrNull,
  requestId: textOrNull,
  stepUpId: textOrNull,
  network: textOrNull,
});
export type Line = z.infer<typeof lineGuard>;

const cursor = textOrNull;

/** What a list of people, or of lines, is narrowed by: fields of the endpoint. What is `undefined` is not sent. */
export type Filter = Readonly<Record<string, unknown>>;

export const listPeople = (filter: Filter, from: string | null) =>
  post('/v1/people/list', z.object({ people: z.array(personGuard), cursor }), {
    ...filter,
    limit: 50,
    cursor: from ?? undefined,
  });

export const readPerson = (who: Who) => post('/v1/people/one', z.object({ person: personGuard }), who);

export const listLinesOf = (who: Who, from: string | null) =>
  post('/v1/people/log', z.object({ lines: z.array(lineGuard), cursor }), {
    ...who,
    limit: 50,
    cursor: from ?? undefined,
  });

const foundGuard = z.object({ ...personShape, ...nameShape, name: textOrNull });
export type FoundPerson = z.infer<typeof foundGuard>;

/** @param text - the beginning of a login, an e-mail address or a name, or a whole id */
export const findPeople = (text: string) =>
  post('/v1/people/find', z.object({ people: z.array(foundGuard), unasked: z.array(z.string()) }), { text });

/** @param subjects - at most 100 */
export const readNames = (connection: string, subjects: readonly string[]) =>
  post('/v1/people/names', z.object({ names: z.array(z.object({ subject: z.string(), ...nameShape })) }), {
    connection,
    subjects,
  });

const linesShape = { lines: z.array(lineGuard), unasked: z.array(z.string()) };

/** @param limit - of lines, at most 1000 */
export const listLines = (filter: Filter, from: string | null, limit: number) =>
  post('/v1/log/list', z.object({ ...linesShape, cursor }), { ...filter, limit, cursor: from ?? undefined });

/** @param after - of the reply before; `null`: from now on */
export const followLines = (filter: Filter, after: string | null) =>
  post('/v1/log/follow', z.object({ ...linesShape, cursor: z.string() }), { ...filter, after: after ?? undefined });

/** How every connection does: newest day first. */
export const countLines = post(
  '/v1/log/counts',
  z.object({
    connections: z.array(
      z.object({
        connection: z.string(),
        enrolled: z.number(),
        lockedOut: z.number(),
        days: z.array(z.object({ day: z.string(), passed: z.number(), refused: z.number() })),
      }),
    ),
  }),
);
