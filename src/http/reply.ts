import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Json } from '../core/base/json.js';
import { FaceError, type FaceErrorCode, refusals, toCode } from '../errors.js';

/** Returns true for a server error. A full queue does not count, because it would flood the log. */
export const isFault = (code: FaceErrorCode): boolean => refusals[code].status >= 500 && code !== 'overloaded';

export const refusalGuard = z.strictObject({
  ok: z.literal(false),
  error: z.string().describe('Message for people. It depends only on the code.'),
  code: z.string().describe('Stable code for programs, listed in docs/reference/errors.md.'),
});

const retryGuard = z.object({ retryAfterSec: z.number().positive() });

/** Short, because full queues and outages of the store usually end soon. */
const defaultRetryAfterSec = 1;

/** Replies `{ ok: false, error, code }`, with `Retry-After` for 429 and 503. Detail and cause are never sent. */
export function sendRefusal(response: ServerResponse, error: unknown): void {
  const code = toCode(error);
  const { status, text } = refusals[code];
  if (status === 429 || status === 503) {
    const hint = retryGuard.safeParse(error instanceof FaceError ? error.detail : null);
    response.setHeader('Retry-After', String(Math.ceil(hint.success ? hint.data.retryAfterSec : defaultRetryAfterSec)));
  }
  sendJson(response, status, { ok: false, error: text, code } satisfies z.infer<typeof refusalGuard>);
}

/** Sends JSON without the checks that make Express slow. */
export function sendJson(response: ServerResponse, status: number, body: Json): void {
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
