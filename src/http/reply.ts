import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Json } from '../base/json.js';
import { FaceError, type FaceErrorCode, refusals, toCode } from '../errors.js';

/** Whether a refusal tells of something wrong on this side, for the log; a full queue is none, and comes in floods. */
export const isFault = (code: FaceErrorCode): boolean => refusals[code].status >= 500 && code !== 'overloaded';

/** What every refusal looks like on the wire. */
export const refusalGuard = z.strictObject({
  ok: z.literal(false),
  error: z.string().describe('For people. It depends on the code alone.'),
  code: z.string().describe('For programs: stable, listed in docs/reference/errors.md.'),
});

const retryGuard = z.object({ retryAfterSec: z.number().positive() });

/** Without a better hint: a queue is short, an outage of the state store too. */
const defaultRetryAfterSec = 1;

/** Answers with `{ ok: false, error, code }`; says with 429 and 503 when to come back. Detail and cause stay here. */
export function sendRefusal(response: ServerResponse, error: unknown): void {
  const code = toCode(error);
  const { status, text } = refusals[code];
  if (status === 429 || status === 503) {
    const hint = retryGuard.safeParse(error instanceof FaceError ? error.detail : null);
    response.setHeader('Retry-After', String(Math.ceil(hint.success ? hint.data.retryAfterSec : defaultRetryAfterSec)));
  }
  sendJson(response, status, { ok: false, error: text, code } satisfies z.infer<typeof refusalGuard>);
}

/** Answers with JSON. Nothing about it depends on the request, so none of what Express looks at there is asked. */
export function sendJson(response: ServerResponse, status: number, body: Json): void {
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
