import { z } from 'zod';
import { toQuery } from '../core/base/query.js';
import { FaceError, faceErrorCodes, type Json } from '../errors.js';
import { refusalGuard } from '../http/reply.js';
import { CommandError, NotFoundError, UsageError } from './command-error.js';
import { type CallDeps, findServer } from './find-server.js';

/** Method and path of an endpoint, such as `GET /applications/:id/keys`. */
export type Call = `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`;

const pageGuard = z.object({ cursor: z.string().nullable().default(null) });

/**
 * Reads a list page by page, as the caller consumes it. A list without a cursor is one page.
 * @param toFields - returns the fields of each request
 * @throws FaceError, UsageError as `callServer`
 */
export async function* readPages<Guard extends z.ZodType>(
  call: Call,
  toFields: () => Fields,
  guard: Guard,
  deps: CallDeps,
): AsyncGenerator<z.output<Guard>> {
  let cursor: string | null | undefined;
  do {
    const page: z.output<Guard> = await callServer(call, guard, deps, { ...toFields(), cursor });
    yield page;
    cursor = pageGuard.parse(page).cursor;
  } while (cursor !== null);
}

/** Time limit of a call, which may wait for a slow identity provider. */
const timeoutMs = 30_000;

/** Fields of a request, without those that are `undefined`. */
export type Fields = { readonly [name: string]: Json | undefined };

/**
 * Calls the admin API with the address and API key of `findServer`. The API key is not a command line option, because
 * other users of the machine could see it.
 * @param call - method and path; a name in the path, such as `:id`, is replaced by the field of that name
 * @param token - client token to send instead of the API key
 * @throws the server's refusal; CommandError `server_unreachable`, `reply_unknown`; UsageError
 */
export async function callServer<Reply extends z.ZodType>(
  call: Call,
  replyGuard: Reply,
  deps: CallDeps,
  fields: Fields = {},
  token: string | null = null,
): Promise<z.output<Reply>> {
  const [method = '', template = ''] = call.split(' ');
  const sent = { ...fields };
  const path = template.replace(/:(\w+)/g, (_, name: string) => {
    delete sent[name];
    return encodeURIComponent(String(fields[name]));
  });
  const hasBody = method === 'POST' || method === 'PATCH';
  const { url, key } = await findServer(deps);
  const answer = await key
    .use((text) =>
      deps.fetch(`${url}${path}${method === 'GET' ? toQuery(sent) : ''}`, {
        method,
        headers: {
          ...(token === null ? { 'X-Admin-Key': text } : { 'X-Auth-Token': token }),
          ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
        },
        body: hasBody ? JSON.stringify(sent) : null,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      }),
    )
    .catch(() => {
      throw new CommandError('server_unreachable', { url });
    });
  const body: unknown = await answer.json().catch(() => null);
  const refusal = refusalGuard.safeParse(body);
  if (refusal.success) {
    const code = faceErrorCodes.find((known) => known === refusal.data.code);
    if (code === 'not_found') throw new NotFoundError();
    if (code === 'request_malformed' || code === 'field_unknown') {
      const { field = 'one of the values', reason } = refusal.data;
      throw new UsageError(`the server does not accept ${field}${reason === undefined ? '' : `: ${reason}`}`);
    }
    if (code === 'connection_unknown')
      throw new UsageError('the server has no such connection', 'Run “facestep status” to list the connections.');
    throw new FaceError(code ?? 'internal');
  }
  const reply = replyGuard.safeParse(body);
  if (!answer.ok) throw new CommandError('server_unreachable', { url });
  if (!reply.success) throw new CommandError('reply_unknown', { url });
  return reply.data;
}
