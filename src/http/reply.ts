import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import { framesOf } from '../core/base/frames.js';
import type { Log } from '../core/ports.js';
import { FaceError, type FaceErrorCode, isFault, isOneOf, type Json, refusals, toCode } from '../errors.js';
import { noteRefusal, noteRoute } from './access-log.js';
import { discardRest } from './front-door.js';

export const refusalGuard = z.strictObject({
  ok: z.literal(false),
  error: z.string().describe('Message for people. It depends only on the code.'),
  code: z.string().describe('Stable code for programs, listed in docs/reference/errors.md.'),
  field: z
    .string()
    .optional()
    .describe('Field that was refused (extension). An unknown name is returned only if it consists of a few letters.'),
  reason: z.string().optional().describe('Why the request or its field was refused (extension). It repeats no value.'),
});

const fieldGuard = z.object({ field: z.string().min(1) });

const reasonGuard = z.object({ reason: z.string() });

/** Codes whose reason describes only the form of the request, or what the endpoint needs. */
const explainedCodes = [
  'request_malformed',
  'field_unknown',
  'action_malformed',
  'scope_missing',
  'draft_secret',
] as const;

const retryGuard = z.object({ retryAfterSec: z.number().positive() });

/** Short, because full queues and outages of the store usually end soon. */
const defaultRetryAfterSec = 1;

type ToStatus = (status: number, code: FaceErrorCode) => number;

const toOtherStatus = Symbol('toOtherStatus');

declare module 'http' {
  interface ServerResponse {
    [toOtherStatus]?: ToStatus;
  }
}

/** Replaces the status of this request's refusal. */
export function replaceStatus(response: ServerResponse, toStatus: ToStatus): void {
  response[toOtherStatus] = toStatus;
}

/**
 * Replies `{ ok: false, error, code }`, with `Retry-After` for 429 and 503, `WWW-Authenticate` for 401 (RFC 9110, section
 * 15.5.2), and for 400 with the field that was refused and the reason. The rest of the detail and the cause are never sent.
 */
export function sendRefusal(response: ServerResponse, error: unknown): void {
  const code = toCode(error);
  const { status, text } = refusals[code];
  const sent = response[toOtherStatus]?.(status, code) ?? status;
  const detail = error instanceof FaceError ? error.detail : null;
  if (status === 429 || status === 503) {
    const hint = retryGuard.safeParse(detail);
    response.setHeader('Retry-After', String(Math.ceil(hint.success ? hint.data.retryAfterSec : defaultRetryAfterSec)));
  }
  if (sent === 401 && !response.hasHeader('WWW-Authenticate')) {
    const isSent = response.req.headers.authorization !== undefined;
    response.setHeader('WWW-Authenticate', isSent ? 'Bearer error="invalid_token"' : 'Bearer');
  }
  const body = { ok: false, error: text, code } satisfies z.infer<typeof refusalGuard>;
  const field = status === 400 ? fieldGuard.safeParse(detail).data : undefined;
  const reason = isOneOf(explainedCodes, code) ? reasonGuard.safeParse(detail).data : undefined;
  sendJson(response, sent, { ...body, ...field, ...reason });
}

/** Sends JSON without the checks that make Express slow. */
export function sendJson(response: ServerResponse, status: number, body: Json): void {
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/**
 * Sends each value as a line of JSON, at the pace of the client. If the client leaves, no further value is made.
 * @param check - throws if the caller may no longer read
 */
export async function sendLines(
  response: ServerResponse,
  { lines }: { readonly lines: AsyncIterable<object> },
  check: () => Promise<void>,
): Promise<void> {
  const left = new AbortController();
  response.once('close', () => left.abort());
  // A client that left before does not close it again, and its reply never drains.
  const isLeft = (): boolean => left.signal.aborted || response.destroyed;
  for await (const line of lines) {
    await check();
    if (isLeft()) return;
    // Set late, so that the refusal of the first value is an ordinary reply.
    if (!response.headersSent) response.setHeader('Content-Type', 'application/x-ndjson; charset=utf-8');
    const isRead = response.write(`${JSON.stringify({ ok: true, ...line })}\n`);
    if (!isRead) await once(response, 'drain', { signal: left.signal }).catch(() => {});
  }
  response.end();
}

export type ConstantHeaders = readonly (readonly [string, string])[];

export const setHeaders = (response: ServerResponse, headers: ConstantHeaders): void => {
  for (const [name, value] of headers) response.setHeader(name, value);
};

export interface DirectRoute {
  /** Pattern as in Express: `/hooks/:connection/:hook`. */
  readonly path: string;
  /** @param parameters - decoded parameters of the path */
  answer(request: IncomingMessage, response: ServerResponse, parameters: readonly string[]): Promise<void> | void;
}

type Refuse = (thrown: unknown, request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves the most frequent routes without Express, because Express takes more than half of the time of a simple reply.
 */
export function answerDirectly(
  routes: readonly DirectRoute[],
  {
    headers,
    refuse,
    otherwise,
  }: { readonly headers: ConstantHeaders; readonly refuse: Refuse; readonly otherwise: RequestListener },
): RequestListener {
  const patterns = routes.map((route) => ({ ...route, pattern: toPattern(route.path) }));
  return (request, response) => {
    for (const { path, pattern, answer } of patterns) {
      const found = pattern.exec(request.url ?? '');
      if (found === null) continue;
      noteRoute(response, path);
      setHeaders(response, headers);
      const [, ...parameters] = found;
      try {
        const answering = answer(request, response, parameters.map(decodeURIComponent));
        answering?.catch((error: unknown) => refuse(error, request, response));
      } catch (error) {
        refuse(error, request, response);
      }
      return;
    }
    otherwise(request, response);
  };
}

/** Returns a pattern that, as in Express, allows absolute URLs, a trailing slash and a query. */
const toPattern = (path: string): RegExp =>
  new RegExp(`^(?:https?://[^/?#]*)?${path.replaceAll(/:\w+/g, '([^/?#]+)')}/?(?:[?#]|$)`);

/** Error of Node's HTTP parser if a client sends malformed HTTP within a body. */
const brokenHttpGuard = z.object({ code: z.string().startsWith('HPE_') });

/** Express's errors for a file that it cannot send: range, precondition, or path traversal. */
const unsentFileGuard = z.object({ expose: z.literal(true), statusCode: z.literal([400, 403, 412, 416]) });

function toRefusal(thrown: unknown): unknown {
  // Express throws this for malformed percent-encoding.
  if (thrown instanceof URIError) return new FaceError('not_found');
  // The parser may also fail while a file is being sent, because the request's body is still arriving.
  if (brokenHttpGuard.safeParse(thrown).success) return new FaceError('request_malformed', 'aborted');
  const unsent = unsentFileGuard.safeParse(thrown).data;
  if (unsent === undefined) return thrown;
  return new FaceError(unsent.statusCode === 403 ? 'not_found' : 'request_malformed');
}

export function createRefuse(log: Log): Refuse {
  return (thrown, request, response) => {
    const error = toRefusal(thrown);
    const code = toCode(error);
    noteRefusal(response, error);
    if (isFault(code)) {
      log.error('request failed', {
        code,
        detail: error instanceof FaceError ? error.detail : null,
        frames: framesOf(error),
        cause: error instanceof Error ? framesOf(error.cause) : 'none',
      });
    }
    if (response.headersSent) response.destroy();
    else {
      // This header was set for the file, which is not sent.
      response.removeHeader('Content-Encoding');
      response.setHeader('Cache-Control', 'no-store');
      sendRefusal(response, error);
    }
    discardRest(request);
  };
}

/** Creates Express's error handler, which Express recognizes by four parameters. */
export function createErrorHandler(log: Log) {
  const refuse = createRefuse(log);
  return (thrown: unknown, request: IncomingMessage, response: ServerResponse, _next: unknown): void =>
    refuse(thrown, request, response);
}
