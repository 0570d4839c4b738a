import { z } from 'zod/mini';

/** One request of the server, made by `get` or `post`. */
export interface ServerRequest<Reply> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Fields, or a form with files. */
  readonly body: Readonly<Record<string, unknown>> | FormData | null;
  readonly reply: z.ZodMiniType<Reply>;
  /** For how long the answer is waited for; half a minute unless given. */
  readonly withinMs?: number;
  /** Whether the page asks by itself, whoever sits at it: that is no use of the session. */
  readonly isPoll?: boolean;
}

/** What reads. @param path - with its version: `/v1/administrators` */
export const get = <Reply>(path: string, reply: z.ZodMiniType<Reply>): ServerRequest<Reply> => ({
  ...{ method: 'GET', path, body: null, reply },
});

/** What does something, or reads by fields. What is `undefined` is not sent. */
export const post = <Reply>(
  path: string,
  reply: z.ZodMiniType<Reply>,
  body: Readonly<Record<string, unknown>> | FormData = {},
): ServerRequest<Reply> => ({ method: 'POST', path, body, reply });

/** The reply of what has nothing to tell. */
export const done = z.object({ ok: z.literal(true) });

/** A request that did not do what it was to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    /** As docs/errors.md lists them; `offline`, `time_out` and `unreadable` are of this page. */
    readonly code: string,
    /** Finds the request in the server's log; `null`: it never got there. */
    readonly requestId: string | null,
    /** Whole seconds until another try makes sense; `null`: not told. */
    readonly waitSec: number | null = null,
    options?: ErrorOptions,
  ) {
    super(code, options);
  }
}

const refusalGuard = z.object({ ok: z.literal(false), code: z.string() });
const answerWithinMs = 30_000;

/**
 * Sends a request to the server.
 * @param token - of the session, which the cookie alone does not prove; `null`: nobody is signed in
 * @throws Refusal
 */
export async function send<Reply>(
  { method, path, body, reply, withinMs = answerWithinMs, isPoll = false }: ServerRequest<Reply>,
  token: string | null,
): Promise<Reply> {
  const headers = new Headers({ accept: 'application/json' });
  if (token !== null) headers.set('x-console-token', token);
  if (isPoll) headers.set('x-console-poll', '1');
  // The browser itself names a form's type, with the boundary it chose.
  const isForm = body instanceof FormData;
  if (body !== null && !isForm) headers.set('content-type', 'application/json');
  const init: RequestInit = {
    ...{ method, headers, body: body === null || isForm ? body : JSON.stringify(body) },
    ...{
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(withinMs),
    },
  };
  const response = await fetch(path, init).catch((cause: unknown) => {
    const isLate = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new Refusal(isLate ? 'time_out' : 'offline', null, null, { cause });
  });
  const requestId = response.headers.get('x-request-id');
  const told: unknown = await response.json().catch(() => null);
  if (response.ok) {
    const parsed = reply.safeParse(told);
    if (parsed.success) return parsed.data;
    throw new Refusal('unreadable', requestId, null, { cause: parsed.error });
  }
  const refusal = refusalGuard.safeParse(told);
  const wait = /^\d+$/.exec(response.headers.get('retry-after') ?? '');
  throw new Refusal(refusal.data?.code ?? 'unreadable', requestId, wait === null ? null : Number(wait[0]));
}
