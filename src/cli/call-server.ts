import type { z } from 'zod';
import type { JsonObject } from '../base/json.js';
import { headerCredentialGuard } from '../config/credential.js';
import { safeUrlGuard } from '../config/safe-url.js';
import { FaceError, faceErrorCodes } from '../errors.js';
import { refusalGuard } from '../http/reply.js';
import { CommandError } from './command-error.js';
import type { CliDeps } from './deps.js';
import { NothingThere, UsageError } from './usage-error.js';

const standardUrl = 'http://127.0.0.1:8080';

/** Allows for a slow identity provider behind the server. */
const timeoutMs = 30_000;

/**
 * Calls the admin API at `FACESTEP_URL` with the key in `FACESTEP_ADMIN_KEY`; on the command line it would be visible
 * to other users.
 * @throws with the server's refusal; CommandError `server_unreachable`, `reply_unknown`; UsageError
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
    // Paths are fixed, so the id is unknown.
    if (code === 'not_found') throw new NothingThere();
    // Field names are fixed, so a value is invalid.
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
