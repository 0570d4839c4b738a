import * as z from 'zod/mini';
import { parseJson } from './json.js';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

interface RefusedRequest {
  readonly field: string | null;
  readonly reason: string | null;
  readonly requestId: string | null;
}

/** Error of a refused or failed call. It does not contain the request. */
export class FacestepError extends Error {
  override readonly name = 'FacestepError';
  readonly field: string | null;
  readonly reason: string | null;
  readonly requestId: string | null;
  /**
   * @param code - the server's code (docs/reference/errors.md), `unreachable`, or `reply_malformed`
   * @param status - HTTP status; `null` if there was no answer
   * @param retryAfterSec - the server's Retry-After, if any
   * @param refused - the refused field, the reason, and the id of the request in the server's log, if known
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status: number | null = null,
    readonly retryAfterSec: number | null = null,
    refused: Partial<RefusedRequest> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.field = refused.field ?? null;
    this.reason = refused.reason ?? null;
    this.requestId = refused.requestId ?? null;
  }
}

/** Contents of a JPEG, PNG or WebP file. */
export type PhotoBytes = Uint8Array;

/** Form fields. Texts that are `undefined` are not sent. */
export interface FormFields {
  readonly texts?: Readonly<Record<string, string | number | undefined>>;
  readonly photos?: Readonly<Record<string, readonly PhotoBytes[]>>;
}

/** Calls the server and parses its answer. @throws FacestepError */
export interface ServerCall {
  get<Guard extends z.ZodMiniType>(path: string, guard: Guard): Promise<z.output<Guard>>;
  postJson<Guard extends z.ZodMiniType>(path: string, body: object, guard: Guard): Promise<z.output<Guard>>;
  postForm<Guard extends z.ZodMiniType>(path: string, fields: FormFields, guard: Guard): Promise<z.output<Guard>>;
}

/** Comparing a hundred pictures takes some seconds. */
const answerTimeoutMs = 60_000;

const refusalGuard = z.object({
  ok: z.literal(false),
  error: z.string(),
  code: z.string(),
  field: z._default(z.nullable(z.string()), null),
  reason: z._default(z.nullable(z.string()), null),
});

/** Printable ASCII. White space around the token is allowed, such as the line break at the end of a file. */
const sendableToken = /^[\t\r\n ]*[!-~]*[\t\r\n ]*$/;

/** @throws TypeError if the token cannot be a header value */
export function createServerCall(options: {
  readonly url: string;
  readonly clientToken: string;
  readonly fetch: Fetch;
}): ServerCall {
  // The error of `fetch` for an invalid header would contain the token, which could then be logged.
  if (!sendableToken.test(options.clientToken))
    throw new TypeError('clientToken is not a client token: it has characters other than printable ASCII');
  const base = options.url.replace(/\/+$/, '');
  const auth = { 'X-Auth-Token': options.clientToken };

  async function call<Guard extends z.ZodMiniType>(
    path: string,
    init: RequestInit,
    guard: Guard,
  ): Promise<z.output<Guard>> {
    const response = await options
      // Redirects are errors, because following one would send token and photos to another address.
      .fetch(base + path, { ...init, redirect: 'error', signal: AbortSignal.timeout(answerTimeoutMs) })
      .catch((cause: unknown) => {
        throw unreachable(null, cause);
      });
    const { ok, status } = response;
    const text = await response.text().catch((cause: unknown) => {
      throw unreachable(status, cause);
    });
    const body = parseJson(text);
    const requestId = response.headers.get('X-Request-Id');
    const refusal = refusalGuard.safeParse(body);
    if (!ok && refusal.success) {
      const { code, error, field, reason } = refusal.data;
      throw new FacestepError(code, error, status, retryAfterOf(response), { field, reason, requestId });
    }
    const reply = guard.safeParse(body);
    if (ok && reply.success) return reply.data;
    const message = 'The answer of the server is not understood.';
    throw new FacestepError('reply_malformed', message, status, retryAfterOf(response), { requestId });
  }

  return {
    get: (path, guard) => call(path, { method: 'GET', headers: auth }, guard),
    postJson: (path, body, guard) =>
      call(
        path,
        { method: 'POST', headers: { ...auth, 'Content-Type': 'application/json' }, body: JSON.stringify(body) },
        guard,
      ),
    postForm: (path, fields, guard) => call(path, { method: 'POST', headers: auth, body: toForm(fields) }, guard),
  };
}

const unreachable = (status: number | null, cause: unknown): FacestepError =>
  new FacestepError('unreachable', 'The server does not answer.', status, null, {}, { cause });

function toForm({ texts = {}, photos = {} }: FormFields): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries(texts)) if (text !== undefined) form.append(name, String(text));
  for (const [name, pictures] of Object.entries(photos))
    for (const picture of pictures) form.append(name, new Blob([Uint8Array.from(picture)]), 'photo');
  return form;
}

function retryAfterOf({ headers }: Response): number | null {
  const seconds = Number(headers.get('Retry-After') ?? 'none');
  return Number.isFinite(seconds) ? seconds : null;
}
