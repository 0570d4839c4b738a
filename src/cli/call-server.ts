import type { z } from 'zod';
import { toQuery } from '../core/base/query.js';
import { FaceError, faceErrorCodes, type Json } from '../errors.js';
import { refusalGuard } from '../http/reply.js';
import { CommandError, NotFoundError, UsageError } from './command-error.js';
import { type CallDeps, findServer } from './find-server.js';

/**
 * Reads a list page by page, as the caller consumes it.
 * @param toFields - returns the fields of each request
 * @throws FaceError, UsageError as `callServer`
 */
export async function* readPages<Guard extends z.ZodType<{ readonly cursor: string | null }>>(
  call: Call,
  toFields: () => Fields,
  guard: Guard,
  deps: CallDeps,
): AsyncGenerator<z.output<Guard>> {
  let cursor: string | null | undefined;
  do {
    const page: z.output<Guard> = await callServer(call, guard, deps, { ...toFields(), cursor });
    yield page;
    cursor = page.cursor;
  } while (cursor !== null);
}

export async function readAllPages<Guard extends z.ZodType<{ readonly cursor: string | null }>>(
  call: Call,
  fields: Fields,
  guard: Guard,
  deps: CallDeps,
): Promise<z.output<Guard>[]> {
  const all: z.output<Guard>[] = [];
  for await (const page of readPages(call, () => fields, guard, deps)) all.push(page);
  return all;
}

/** Time limit of a call, which may wait for a slow identity provider. */
const timeoutMs = 30_000;

type Call = `${'GET' | 'POST' | 'DELETE'} /${string}`;

/** Fields of a request, without those that are `undefined`. */
export type Fields = { readonly [name: string]: Json | undefined };

/**
 * Calls the admin API with the address and API key of `findServer`. The API key is not a command line option, because
 * other users of the machine could see it.
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
  const [method = '', path = ''] = call.split(' ');
  const { url, key } = await findServer(deps);
  const answer = await key
    .use((text) =>
      deps.fetch(`${url}${path}${method === 'GET' ? toQuery(fields) : ''}`, {
        method,
        headers: {
          ...(token === null ? { 'X-Admin-Key': text } : { 'X-Auth-Token': token }),
          ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
        },
        body: method === 'POST' ? JSON.stringify(fields) : null,
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
    // The command's paths exist, so `not_found` means that the id is unknown.
    if (code === 'not_found') throw new NotFoundError();
    // The command's field names are valid, so `request_malformed` means that a value is invalid.
    if (code === 'request_malformed') throw new UsageError('the server does not accept one of the values');
    if (code === 'connection_unknown')
      throw new UsageError('the server has no such connection', 'Run “facestep status” to list the connections.');
    throw new FaceError(code ?? 'internal');
  }
  const reply = replyGuard.safeParse(body);
  if (!answer.ok) throw new CommandError('server_unreachable', { url });
  if (!reply.success) throw new CommandError('reply_unknown', { url });
  return reply.data;
}
