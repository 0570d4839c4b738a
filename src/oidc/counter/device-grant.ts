import type { KoaContextWithOIDC, TokenEndpointGrantContext } from 'oidc-provider';
import { z } from 'zod';
import { oidcErrors, Provider } from '../library.js';

/** The device authorization grant (RFC 8628): a counter is the device that shows a code. */
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** What happens around the library's part of the grant. */
export interface DeviceGrantHooks {
  /** After a code was made for an authenticated counter. Throws to refuse it. */
  begin(context: KoaContextWithOIDC): Promise<void>;
  /** Before an authenticated counter is answered: says whether the person is done. Throws to refuse it. */
  settle(context: KoaContextWithOIDC): Promise<void>;
  /** What a counter is told that has to wait. */
  describePending(context: KoaContextWithOIDC): object;
}

/** How long a counter waits before it asks again, in seconds: people stand there. */
const pollIntervalSec = 2;

const replyGuard = z.looseObject({ error: z.string().optional(), user_code: z.string().optional() });

/** The library, whose grant of this kind asks these hooks first: it has no hook of its own there. */
export const createDeviceGrantProvider = ({ settle }: Pick<DeviceGrantHooks, 'settle'>): typeof Provider =>
  class extends Provider {
    override registerGrantType<Params extends object>(
      name: string,
      handler: (context: TokenEndpointGrantContext<Params>) => Promise<void> | void,
      params: string | readonly string[] | ReadonlySet<string> = [],
      duplicates?: string | readonly string[] | ReadonlySet<string>,
    ): void {
      const isOurs = name === deviceGrant;
      const settled = async (context: TokenEndpointGrantContext<Params>): Promise<void> => {
        if (isOurs) await settle(context);
        await handler(context);
      };
      // The number that the counter says the phone shows.
      const own = isOurs ? ['number'] : [];
      const all = [...(typeof params === 'string' ? [params] : params), ...own];
      super.registerGrantType(name, settled, all, duplicates);
    }
  };

/** Takes part in the library's replies to counters. */
export function dressDeviceReplies(provider: Provider, { begin, describePending }: DeviceGrantHooks): void {
  provider.use(async (context: KoaContextWithOIDC, next) => {
    await next();
    if (!['token', 'device_authorization'].includes(context.oidc?.route)) return;
    const { data: reply } = replyGuard.safeParse(context.body);
    if (reply?.error === 'authorization_pending') context.body = { ...reply, ...describePending(context) };
    if (reply?.user_code === undefined) return;
    context.body = { ...reply, interval: pollIntervalSec };
    await begin(context).catch((error: unknown) => {
      if (!(error instanceof oidcErrors.OIDCProviderError)) throw error;
      context.status = error.statusCode;
      context.body = { error: error.error, error_description: error.error_description };
    });
  });
}
