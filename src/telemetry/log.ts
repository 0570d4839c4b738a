import { AsyncLocalStorage } from 'node:async_hooks';
import pino from 'pino';
import { z } from 'zod';
import type { Log } from '../core/ports.js';
import { epochMs, toIso } from '../core/units.js';
import type { RequestTrace } from './tracing.js';

interface RequestContext {
  readonly requestId: string;
  /** Shortened network address of the caller; `null` if unknown. */
  readonly network: string | null;
  /** Never logged. */
  readonly userAgent: string | null;
  /** `null` if the request is not traced. */
  readonly trace: RequestTrace | null;
}

export interface RequestContexts {
  run<Result>(context: RequestContext, work: () => Result): Result;
  current(): RequestContext | null;
  requestId(): string | null;
}

export function createRequestContexts(): RequestContexts {
  const storage = new AsyncLocalStorage<RequestContext>();
  return {
    run: (context, work) => storage.run(context, work),
    current: () => storage.getStore() ?? null,
    requestId: () => storage.getStore()?.requestId ?? null,
  };
}

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

/** Names of fields that could contain a secret by mistake. */
const secretNames = [
  'adminKey',
  'apiKey',
  'authorization',
  'cookie',
  'credential',
  'password',
  'pin',
  'secret',
  'session',
  'ticket',
  'token',
  'auth_token',
  'enrolmentToken',
  'receipt',
  'challenge',
  'photo',
  'photos',
  'image',
  'embedding',
  'key',
  'privateKey',
];

/**
 * Creates a log of JSON lines with request ids. The type `Json` keeps secrets out; redaction is a second line of
 * defense.
 * @param descriptor - 1 for standard output, 2 for standard error
 * @param isReadable - true for lines that people read in a terminal
 */
export function createLog(descriptor: number, contexts: RequestContexts, isReadable = false): Log {
  const logger = pino(
    {
      base: null,
      redact: {
        paths: secretNames.flatMap((name) => [name, `detail.${name}`]),
        censor: '[redacted]',
      },
      mixin: () => {
        const context = contexts.current();
        if (context === null) return {};
        const { requestId, trace } = context;
        return trace === null ? { requestId } : { requestId, traceId: trace.traceId };
      },
    },
    isReadable ? readable(openDestination(descriptor)) : openDestination(descriptor),
  );
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}

const readable = (destination: pino.DestinationStream): pino.DestinationStream => ({
  write: (line) => destination.write(toReadableLine(line)),
});

/** If more is waiting, lines are dropped. */
const mostWaitingBytes = 1024 * 1024;

/** Ignores errors: a full disk must not end the process and cannot be reported. */
function openDestination(descriptor: number) {
  const destination = pino.destination({ dest: descriptor, sync: true, maxLength: mostWaitingBytes });
  destination.on('error', () => {});
  return destination;
}
