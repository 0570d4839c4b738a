import { z } from 'zod';
import { epochMs, toIso } from '../core/units.js';

const lineGuard = z.looseObject({ level: z.number(), time: z.number(), msg: z.string() });

const requestGuard = z.looseObject({
  method: z.string(),
  route: z.string(),
  status: z.number(),
  durationMs: z.number(),
  requestId: z.string().optional(),
});

const levels: Readonly<Record<number, string>> = { 30: 'info ', 40: 'WARN ', 50: 'ERROR' };

const longestValue = 160;

/** Converts a JSON line of the log to a line for people: time, level, message and fields. */
export function toReadableLine(line: string): string {
  const { level, time, msg, ...fields } = lineGuard.parse(JSON.parse(line));
  const head = `${toIso(epochMs(time)).slice(11, 19)} ${levels[level] ?? level}`;
  const request = msg === 'request' ? requestGuard.safeParse(fields) : null;
  if (request?.success === true) {
    const { method, route, status, durationMs, ...rest } = request.data;
    return `${head} ${status} ${method} ${route} ${durationMs} ms${toText(rest)}\n`;
  }
  return `${head} ${msg}${toText(fields)}\n`;
}

const toText = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `  ${name}=${shorten(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join('');

const shorten = (text: string): string => (text.length > longestValue ? `${text.slice(0, longestValue)}…` : text);
