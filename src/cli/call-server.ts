import type { z } from 'zod';
import type { JsonObject } from '../base/json.js';
import { headerCredentialGuard } from '../config/credential.js';
import { safeUrlGuard } from '../config/safe-url.js';
import { FaceError, faceErrorCodes } from '../errors.js';
import { refusalGuard } from '../http/reply.js';
import { CommandError } from './command-error.js';
import type { CliDeps } from './deps.js';
import { NothingThere, UsageError } from './usage-error.js';

/** Where the server listens unless `FACESTEP_URL` says otherwise. */
const standardUrl = 'http://127.0.0.1:8080';

/** Long enough for an identity provider behind the server that takes its time. */
const timeoutMs = 30_000;

/**
 * Asks a running server something that only administrators may. Its address is in `FACESTEP_URL`, the key in
 * `FACESTEP_ADMIN_KEY`: a key on a command line would be seen by others on this machine.
 * @param replyGuard - of the whole reply
 * @throws FaceError what the server refused with; CommandError `server_unreachable`, `reply_unknown`; UsageError: no key is given, or the server
 *   has no such connection, or nothing by that id, or does not take a value
 */
export async function callServer<Reply extends z.ZodType>(
  {
    method,
    path,
    fields = {},
    token = null,
  }: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly fields?: JsonObject;
    /** A client token, in place of the administrator's key. */
    readonly token?: string | null;
  },
  replyGuard: Reply,
  { env, fetch }: Pick<CliDeps, 'env' | 'fetch'>,
): Promise<z.output<Reply>> {
  const url = env.FACESTEP_URL || standardUrl;
  if (!safeUrlGuard.safeParse(url).success)
    throw new UsageError('FACESTEP_URL is no https address, nor of this machine');
  const key = headerCredentialGuard.safeParse(env.FACESTEP_ADMIN_KEY ?? '');
  if (!key.success) throw new UsageError('FACESTEP_ADMIN_KEY holds no administrator’s key');
  const answer = await key.data
    .use((text) =>
      fetch(`${url.replace(/\/+$/, '')}${path}`, {
        method,
        headers: {
          ...(token === null ? { 'X-Admin-Key': text } : { 'X-Auth-Token': token }),
          ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
        },
        ...(method === 'POST' ? { body: JSON.stringify(fields) } : {}),
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
    // Addresses are this program's own: what is not there is what the person named.
    if (code === 'not_found') throw new NothingThere();
    // The names of fields are this program's own, too: it is a value that does not fit.
    if (code === 'request_malformed')
      throw new UsageError('the server does not take one of the values as it is given. --help says what each is');
    if (code === 'connection_unknown') throw new UsageError('the server has no such connection');
    throw new FaceError(code ?? 'internal');
  }
  const reply = replyGuard.safeParse(body);
  if (!answer.ok) throw new CommandError('server_unreachable', { url });
  if (!reply.success) throw new CommandError('reply_unknown', { url });
  return reply.data;
}
