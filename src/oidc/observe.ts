import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { framesOf } from '../base/frames.js';
import type { Log } from '../core/ports.js';
import { toCode } from '../errors.js';
import { ComeBack } from './return-visit.js';

const refusalGuard = z.object({ error: z.string(), error_description: z.string().optional() });

/** Every way in which the library refuses a request. */
const refusals = ['authorization', 'pushed_authorization_request', 'grant', 'userinfo', 'discovery', 'jwks'];

/** Tells the log what was refused, as the client was told it; and what went wrong here, without messages. */
export function observe(provider: EventEmitter, log: Log): void {
  for (const each of refusals) {
    provider.on(`${each}.error`, (_context: KoaContextWithOIDC, error: unknown) => {
      if (error instanceof ComeBack) return;
      const { data } = refusalGuard.safeParse(error);
      log.info('OpenID request refused', {
        error: data?.error ?? 'unknown',
        description: data?.error_description ?? null,
      });
    });
  }
  const fail = (error: unknown): void =>
    log.error('OpenID request failed', { code: toCode(error), frames: framesOf(error) });
  provider.on('server_error', (_context: KoaContextWithOIDC, error: unknown) => fail(error));
  // Koa prints to the console what nobody listens for.
  provider.on('error', fail);
}
