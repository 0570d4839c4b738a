import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { bodyOf } from './answer.js';

const lineGuard = z.looseObject({
  level: z.number(),
  msg: z.string(),
  requestId: z.string().optional(),
  status: z.number().nullish(),
  code: z.string().optional(),
  method: z.string().optional(),
  route: z.string().optional(),
});

/** What the server wrote of itself. */
export interface ServerLog {
  /** Requests by their id: how each was answered. */
  readonly codes: ReadonlyMap<string, string>;
  /** Lines of the level error, and crashes, each with the route it happened on. */
  readonly faults: readonly { readonly requestId: string | null; readonly text: string }[];
}

/** pino's number of the level error. */
const errorLevel = 50;

/** @param from - lines before that are left out */
export async function readServerLog(file: string, from = 0): Promise<ServerLog> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(from);
  const codes = new Map<string, string>();
  const faults: { requestId: string | null; text: string }[] = [];
  const routes = new Map<string, string>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const parsed = lineGuard.safeParse(bodyOf({ text: line }));
    if (!parsed.success) {
      // Whatever is no line of the log was written by something that broke.
      faults.push({ requestId: null, text: line.slice(0, 300) });
      continue;
    }
    const { level, requestId = null, code, method, route } = parsed.data;
    if (route !== undefined && requestId !== null) routes.set(requestId, `${method ?? ''} ${route}`);
    if (requestId !== null && code !== undefined) codes.set(requestId, code);
    if (level >= errorLevel) faults.push({ requestId, text: line.slice(0, 600) });
  }
  const named = faults.map(({ requestId, text }) => ({
    requestId,
    text: `${routes.get(requestId ?? '') ?? 'no route'}: ${text}`,
  }));
  return { codes, faults: named };
}

/** How many lines there are by now. */
export const countLines = async (file: string): Promise<number> =>
  (await readFile(file, 'utf8')).split('\n').length - 1;
