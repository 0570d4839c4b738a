/** One request of the server, made by `get` or `post`. `Reply` is what the server describes: src/rest/replies. */
export interface ServerRequest<Reply> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Fields, or a form with files. */
  readonly body: Readonly<Record<string, unknown>> | FormData | null;
  /** Never set: it carries the type. */
  readonly reply?: Reply;
  /** For how long the answer is waited for; half a minute unless given. */
  readonly withinMs?: number;
  /** Whether the page asks by itself, whoever sits at it: that is no use of the session. */
  readonly isPoll?: boolean;
}

/** What reads. @param path - with its version: `/v1/administrators` */
export const get = <Reply>(path: string): ServerRequest<Reply> => ({ method: 'GET', path, body: null });

/** What does something, or reads by fields. What is `undefined` is not sent. */
export const post = <Reply>(
  path: string,
  body: Readonly<Record<string, unknown>> | FormData = {},
): ServerRequest<Reply> => ({ method: 'POST', path, body });

/** A request that did not do what it was to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    /** As docs/reference/errors.md lists them; `offline`, `time_out` and `unreadable` are of this page. */
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

/** True if it is a success of this server, which is compiled with the types of its replies and served this page. */
const isReply = <Reply>(told: unknown): told is Reply =>
  typeof told === 'object' && told !== null && 'ok' in told && told.ok === true;

/** The code of a refusal; `null` if something else than this server replied. */
const codeOf = (told: unknown): string | null =>
  typeof told === 'object' && told !== null && 'code' in told && typeof told.code === 'string' ? told.code : null;

const answerWithinMs = 30_000;

/**
 * Sends a request to the server.
 * @param token - of the session, which the cookie alone does not prove; `null`: nobody is signed in
 * @throws Refusal
 */
export async function send<Reply>(
  { method, path, body, withinMs = answerWithinMs, isPoll = false }: ServerRequest<Reply>,
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
  if (response.ok && isReply<Reply>(told)) return told;
  const wait = /^\d+$/.exec(response.headers.get('retry-after') ?? '');
  throw new Refusal(
    (response.ok ? null : codeOf(told)) ?? 'unreadable',
    requestId,
    wait === null ? null : Number(wait[0]),
  );
}
