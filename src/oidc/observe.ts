import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { framesOf } from '../base/frames.js';
import type { Json } from '../base/json.js';
import type { Log } from '../core/ports.js';
import { FaceError, toCode } from '../errors.js';
import { ComeBack } from './return-visit.js';

const refusalGuard = z.object({
  error: z.string(),
  error_description: z.string().optional(),
  /** What the library does not tell the client. */
  error_detail: z.string().optional(),
});

/** As long as the id of any client can be. */
const mostIdCharacters = 256;

/** Every way in which the library refuses a request. */
const refusals = [
  'authorization',
  'pushed_authorization_request',
  'device_authorization',
  'grant',
  'userinfo',
  'discovery',
  'jwks',
  'credential',
];

/**
 * Tells the log what was refused, to which client, as the client was told it and why; and what went wrong here, without
 * messages.
 */
export function observe(provider: EventEmitter, log: Log): void {
  for (const each of refusals) {
    provider.on(`${each}.error`, (context: KoaContextWithOIDC, error: unknown) => {
      const { data } = refusalGuard.safeParse(error);
      // What is waited for is asked again every other second.
      if (error instanceof ComeBack || data?.error === 'authorization_pending') return;
      log.info('OpenID request refused', {
        client: clientIdOf(context),
        error: data?.error ?? 'unknown',
        description: data?.error_description ?? null,
        reason: data?.error_detail ?? reasonOf(error),
      });
    });
  }
  const fail = (error: unknown): void =>
    log.error('OpenID request failed', { code: toCode(error), frames: framesOf(error) });
  provider.on('server_error', (_context: KoaContextWithOIDC, error: unknown) => fail(error));
  // Koa prints to the console what nobody listens for.
  provider.on('error', fail);
}

/** Who asked, or says so: whoever set a client up wrongly finds the name that was sent. */
function clientIdOf({ oidc, query }: KoaContextWithOIDC): string | null {
  const said = oidc?.client?.clientId ?? oidc?.params?.client_id ?? query.client_id;
  return typeof said === 'string' ? said.slice(0, mostIdCharacters) : null;
}

/** Why, as whoever refused it knows: our own detail, or the library's words, which hold nothing of what was sent. */
function reasonOf(error: unknown): Json {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof FaceError) return { code: cause.code, detail: cause.detail };
  return cause instanceof Error ? cause.message || cause.name : null;
}
