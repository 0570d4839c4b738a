import { z } from 'zod/mini';
import { Problem, toProblem } from './problem.js';

const refusalGuard = z.object({ ok: z.literal(false), code: z.string() });

const answerWithinMs = 15_000;

export interface Call<Reply> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: FormData | Readonly<Record<string, unknown>>;
  readonly reply: z.ZodMiniType<Reply>;
  readonly withinMs?: number;
}

/**
 * Calls the server and parses its reply.
 * @param base - path of the page, such as `/face`
 * @param session - proof that this browser opened the link, or `null` before that
 * @throws Problem, UnusablePictures
 */
export async function callServer<Reply>(
  base: string,
  session: string | null,
  { method, path, body, reply, withinMs = answerWithinMs }: Call<Reply>,
): Promise<Reply> {
  const headers = new Headers({ accept: 'application/json' });
  if (session !== null) headers.set('authorization', `Bearer ${session}`);
  const isForm = body instanceof FormData;
  const signal = AbortSignal.timeout(withinMs);
  if (body !== undefined && !isForm) headers.set('content-type', 'application/json');
  try {
    const response = await fetch(base + path, {
      method,
      headers,
      body: isForm ? body : body === undefined ? null : JSON.stringify(body),
      signal,
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
    });
    const content: unknown = await response.json().catch((error: unknown) => {
      if (error instanceof SyntaxError) return null;
      throw error;
    });
    return read(response, content, reply);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    throw new Problem(signal.aborted ? 'time-out' : 'offline', null, { cause: error });
  }
}

function read<Reply>(response: Response, body: unknown, reply: z.ZodMiniType<Reply>): Reply {
  if (response.ok) {
    const parsed = reply.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new Problem('general', null, { cause: parsed.error });
  }
  const wait = /^\d+$/.exec(response.headers.get('retry-after') ?? '');
  const waitSec = wait === null ? null : Number(wait[0]);
  const refusal = refusalGuard.safeParse(body);
  if (refusal.success) throw toProblem(refusal.data.code, waitSec);
  // The reply came from a proxy, or the server is starting.
  throw new Problem(response.status >= 500 ? 'unavailable' : 'general', waitSec);
}
