import { z } from 'zod/mini';
import { get, post } from '../../frame/call.js';

const lightGuard = z.nullable(z.enum(['ok', 'warn', 'fail']));
export type Light = z.infer<typeof lightGuard>;

const toDoGuard = z.object({
  code: z.string(),
  urgency: z.enum(['now', 'soon']),
  words: z.string(),
  connection: z.nullable(z.string()),
  where: z.enum(['connection', 'doctor', 'keys', 'backup', 'audit']),
});
export type ToDo = z.infer<typeof toDoGuard>;

/** What needs doing, the most urgent first, and what the doctor said last of each connection. */
export const readToDo = get(
  '/v1/to-do',
  z.object({
    items: z.array(toDoGuard),
    lights: z.array(z.object({ connection: z.string(), light: lightGuard, examinedAt: z.nullable(z.string()) })),
  }),
);

/** Who could be enrolled at a connection; `null`: its provider does not tell. Asks the provider, and may take a while. */
export const readCensus = (connection: string) =>
  post(
    `/v1/connections/${encodeURIComponent(connection)}/plan`,
    z.object({ census: z.nullable(z.object({ users: z.number(), enrolled: z.number(), isComplete: z.boolean() })) }),
  );
