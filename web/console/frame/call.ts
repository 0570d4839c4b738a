import { toQuery } from '../../../src/core/base/query.js';

/** A request whose reply has the server's type (src/http/rest/replies). */
export interface ServerRequest<Reply> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | FormData | null;
  readonly reply?: Reply;
  readonly withinMs?: number;
  /** True for automatic requests, which do not count as user activity. */
  readonly isPoll?: boolean;
  /** Receives the lines of a reply that consists of lines; the last one is returned. */
  onLine?(line: Reply): void;
  readonly signal?: AbortSignal;
}

type Fields = Readonly<Record<string, unknown>>;

/** @param path - path with the API version, such as `/v1/administrators` */
export const get = <Reply>(path: string, fields: Fields = {}): ServerRequest<Reply> => ({
  method: 'GET',
  path: `${path}${toQuery(fields)}`,
  body: null,
});

/** Creates a request that changes something. Omits `undefined` fields. */
export const post = <Reply>(path: string, body: Fields | FormData = {}): ServerRequest<Reply> => ({
  method: 'POST',
  path,
  body,
});

/** Creates a request that changes the sent fields of a resource. */
export const patch = <Reply>(path: string, body: Fields): ServerRequest<Reply> => ({ method: 'PATCH', path, body });

/** Creates a request that removes a resource. */
export const remove = <Reply>(path: string): ServerRequest<Reply> => ({ method: 'DELETE', path, body: null });

export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    /**
     * Error code of the server (docs/reference/errors.md), or one of this page: `offline`, `time_out` or `unreadable`.
     */
    readonly code: string,
    /** Id of the request in the server's log; `null` if no answer was received. */
    readonly requestId: string | null,
    /** Whole seconds before a retry, or `null` if unknown. */
    readonly waitSec: number | null = null,
    options?: ErrorOptions,
    /** Field that was refused, and why; in the server's words. */
    readonly detail: string | null = null,
  ) {
    super(code, options);
  }
}

/** A short check suffices, because the server's build includes this page and its types. */
const isReply = <Reply>(reply: unknown): reply is Reply => memberOf(reply, 'ok') === true;

const memberOf = (reply: unknown, name: string): unknown => new Map(Object.entries(reply ?? {})).get(name);

const textOf = (reply: unknown, name: string): string | null => {
  const value = memberOf(reply, name);
  return typeof value === 'string' ? value : null;
};

/** @throws Refusal */
function refuse(reply: unknown, { ok, headers }: Response): never {
  const wait = /^\d+$/.exec(headers.get('retry-after') ?? '');
  const reason = ok ? null : textOf(reply, 'reason');
  const field = textOf(reply, 'field');
  throw new Refusal(
    (ok ? null : textOf(reply, 'code')) ?? 'unreadable',
    headers.get('x-request-id'),
    wait === null ? null : Number(wait[0]),
    undefined,
    reason === null || field === null ? reason : `${field}: ${reason}`,
  );
}

const answerWithinMs = 30_000;

/**
 * @param token - page token of the session, or `null` if signed out
 * @throws Refusal
 */
export async function send<Reply>(
  { method, path, body, withinMs = answerWithinMs, isPoll = false, onLine, signal }: ServerRequest<Reply>,
  token: string | null,
): Promise<Reply> {
  const headers = new Headers({ accept: 'application/json' });
  if (token !== null) headers.set('x-console-token', token);
  if (isPoll) headers.set('x-console-poll', '1');
  // For a form, the browser sets the content type itself, because it contains the boundary.
  const isForm = body instanceof FormData;
  if (body !== null && !isForm) headers.set('content-type', 'application/json');
  const init: RequestInit = {
    method,
    headers,
    body: body === null || isForm ? body : JSON.stringify(body),
    cache: 'no-store',
    credentials: 'same-origin',
    redirect: 'error',
    signal: AbortSignal.any([AbortSignal.timeout(withinMs), signal ?? []].flat()),
  };
  const refuseUnanswered = (cause: unknown): never => {
    const isLate = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new Refusal(isLate ? 'time_out' : 'offline', null, null, { cause });
  };
  const response = await fetch(path, init).catch(refuseUnanswered);
  const reply: unknown = await (response.ok && onLine !== undefined
    ? readLines(response, (line) => isReply<Reply>(line) && onLine(line)).catch(refuseUnanswered)
    : response.json().catch(() => null));
  return response.ok && isReply<Reply>(reply) ? reply : refuse(reply, response);
}

/** Reads a reply that consists of lines of JSON. @returns the last line */
async function readLines({ body }: Response, onLine: (line: unknown) => void): Promise<unknown> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let last: unknown = null;
  let rest = '';
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const lines = `${rest}${part.value}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      last = JSON.parse(line);
      onLine(last);
    }
  }
  return last;
}
