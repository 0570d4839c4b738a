import type { KoaContextWithOIDC, TokenEndpointGrantContext } from 'oidc-provider';
import { z } from 'zod';
import { oidcErrors, type Provider } from '../../oidc/library.js';

/** Grant type of RFC 8628. The counter is the device. */
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

export interface DeviceGrantHooks {
  /** Called after a code was created. Throws to refuse it. */
  begin(context: KoaContextWithOIDC): Promise<void>;
  /** Called before a counter gets the result. Throws to refuse it. */
  settle(context: KoaContextWithOIDC): Promise<void>;
  describePending(context: KoaContextWithOIDC): object;
}

/** Seconds between polls. Short, because people are waiting at the counter. */
const pollIntervalSec = 2;

const replyGuard = z.looseObject({ error: z.string().optional(), user_code: z.string().optional() });

/** Creates a provider that calls `settle` before the device grant, for which the library has no hook. */
export const createDeviceGrantProvider = (
  Base: typeof Provider,
  { settle }: Pick<DeviceGrantHooks, 'settle'>,
): typeof Provider =>
  class extends Base {
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
      // Parameter with the phone's number, which the counter sends.
      const own = isOurs ? ['number'] : [];
      const all = [...(typeof params === 'string' ? [params] : params), ...own];
      super.registerGrantType(name, settled, all, duplicates);
    }
  };

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
