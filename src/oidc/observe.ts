import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { framesOf } from '../core/base/frames.js';
import type { Log } from '../core/ports.js';
import { FaceError, type Json, toCode } from '../errors.js';
import { RetryWithCookie } from './return-visit.js';

const refusalGuard = z.object({
  error: z.string(),
  error_description: z.string().optional(),
  /** Detail for the log. The library does not send this field to the client. */
  error_detail: z.string().optional(),
});

const mostIdCharacters = 256;

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

export function observe(provider: EventEmitter, log: Log): void {
  for (const each of refusals) {
    provider.on(`${each}.error`, (context: KoaContextWithOIDC, error: unknown) => {
      const { data } = refusalGuard.safeParse(error);
      // Errors while a counter polls are not logged, because polling is normal.
      if (error instanceof RetryWithCookie || data?.error === 'authorization_pending') return;
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
  // Koa prints errors if no listener is registered.
  provider.on('error', fail);
}

/** Returns the client id, even if it is only claimed, so that a misconfigured client is found in the log. */
function clientIdOf({ oidc, query }: KoaContextWithOIDC): string | null {
  const said = oidc?.client?.clientId ?? oidc?.params?.client_id ?? query.client_id;
  return typeof said === 'string' ? said.slice(0, mostIdCharacters) : null;
}

/** Returns the reason of an error. The library's messages contain no input. */
function reasonOf(error: unknown): Json {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof FaceError) return { code: cause.code, detail: cause.detail };
  return cause instanceof Error ? cause.message || cause.name : null;
}
