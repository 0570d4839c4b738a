import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { bodyOf } from './exchange.js';

const lineGuard = z.looseObject({
  level: z.number(),
  msg: z.string(),
  requestId: z.string().optional(),
  code: z.string().optional(),
});

const errorLevel = 50;

/** Returns error codes by request, and the lines that report a fault. */
export async function readServerLog(file: string, from: number) {
  const codes = new Map<string, string>();
  const faults: { requestId: string | null; text: string }[] = [];
  for (const line of (await readFile(file, 'utf8')).split('\n').slice(from)) {
    if (line.trim() === '') continue;
    // Lines outside the log format come from crashes.
    const { level = errorLevel, requestId = null, code } = lineGuard.safeParse(bodyOf({ text: line })).data ?? {};
    if (requestId !== null && code !== undefined) codes.set(requestId, code);
    if (level >= errorLevel) faults.push({ requestId, text: line.slice(0, 600) });
  }
  return { codes, faults };
}

export const countLines = async (file: string): Promise<number> =>
  (await readFile(file, 'utf8')).split('\n').length - 1;
