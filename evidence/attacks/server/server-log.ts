import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { bodyOf } from './exchange.js';

const lineGuard = z.looseObject({
  level: z.number(),
  msg: z.string(),
  requestId: z.string().optional(),
  code: z.string().optional(),
  method: z.string().optional(),
  route: z.string().optional(),
});

const errorLevel = 50;

export async function readServerLog(file: string, from = 0) {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(from);
  const codes = new Map<string, string>();
  const faults: { requestId: string | null; text: string }[] = [];
  const routes = new Map<string, string>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const parsed = lineGuard.safeParse(bodyOf({ text: line }));
    if (!parsed.success) {
      // Lines outside the log format come from crashes.
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

export const countLines = async (file: string): Promise<number> =>
  (await readFile(file, 'utf8')).split('\n').length - 1;
