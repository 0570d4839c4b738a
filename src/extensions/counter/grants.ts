import type { InteractionResults, KoaContextWithOIDC, TokenEndpointGrantContext } from 'oidc-provider';
import { z } from 'zod';
import type { OidcClient } from '../../connections/openid-client.js';
import type { JsonObject } from '../../core/base/json.js';
import { standardTenant } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { consumeLimit } from '../../core/limits/limits.js';
import { toPlainCode } from '../../core/written-codes.js';
import { toCode } from '../../errors.js';
import { paramsOf } from '../../oidc/asked.js';
import { oidcErrors, type Provider } from '../../oidc/library.js';
import { type Middleware, requestOf } from '../../oidc/request.js';
import { toUnavailable } from '../../oidc/unavailable.js';
import { assignToKiosk, checkKiosk, isAtKiosk, kioskIdGuard } from '../../step-up/kiosk.js';
import { type Check, type Checks, visitOf } from './check.js';
import { isShownCode, type ShownCodes } from './shown-code.js';

/** Grant type of RFC 8628. The counter is the device. */
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** Seconds between polls. Short, because people are waiting at the counter. */
const pollIntervalSec = 2;

const replyGuard = z.looseObject({ error: z.string().optional(), user_code: z.string().optional() });

/** Creates a provider that calls `checkResult` before the device grant, for which the library has no hook. */
export const createDeviceGrantProvider = (
  Base: typeof Provider,
  { checkResult }: Pick<CounterGrants, 'checkResult'>,
): typeof Provider =>
  class extends Base {
    override registerGrantType<Params extends object>(
      name: string,
      handler: (context: TokenEndpointGrantContext<Params>) => Promise<void> | void,
      params: string | readonly string[] | ReadonlySet<string> = [],
      duplicates?: string | readonly string[] | ReadonlySet<string>,
    ): void {
      const isOurs = name === deviceGrant;
      const checked = async (context: TokenEndpointGrantContext<Params>): Promise<void> => {
        if (isOurs) await checkResult(context);
        await handler(context);
      };
      // Parameter with the phone's number, which the counter sends.
      const own = isOurs ? ['number'] : [];
      const all = [...(typeof params === 'string' ? [params] : params), ...own];
      super.registerGrantType(name, checked, all, duplicates);
    }
  };

/** Creates the middleware that adds a check's state to the library's replies, and begins a check. */
export const createDeviceReplies =
  ({ begin }: Pick<CounterGrants, 'begin'>): Middleware =>
  async (context, next) => {
    await next();
    if (!['token', 'device_authorization'].includes(context.oidc?.route)) return;
    const { data: reply } = replyGuard.safeParse(context.body);
    if (reply?.error === 'authorization_pending') context.body = { ...reply, ...requestOf(context).replyFields };
    if (reply?.user_code === undefined) return;
    context.body = { ...reply, interval: pollIntervalSec };
    await begin(context).catch((error: unknown) => {
      if (!(error instanceof oidcErrors.OIDCProviderError)) throw error;
      context.status = error.statusCode;
      context.body = { error: error.error, error_description: error.error_description };
    });
  };

type CounterGrants = ReturnType<typeof createCounterGrants>;

const claimsGuard = z.object({
  id_token: z.record(z.string(), z.looseObject({}).nullable()).optional(),
  userinfo: z.record(z.string(), z.looseObject({}).nullable()).optional(),
});

const endings = {
  counter: 'the number sent does not match the number on the phone',
  phone: 'a wrong number was chosen on the phone',
  left: 'no one is at the kiosk',
};

function describe({ browserDigest, interaction, told }: Check): JsonObject {
  if (browserDigest === null) return { state: 'waiting' };
  // The number is returned only after a phone has opened the code, so an earlier photograph of the counter's screen
  // does not show it.
  return interaction === null ? { state: 'opened', number: told } : { state: 'checking', number: told };
}

const refusalGuard = z.object({ error: z.string(), error_description: z.string().optional() });

function outcomeOf(
  { endedBy, isMatched, params }: Check,
  { result, isLeft }: { readonly result: InteractionResults | undefined; readonly isLeft: boolean },
) {
  if (endedBy !== null) return { error: 'access_denied', errorDescription: endings[endedBy] };
  const { data: refusal } = refusalGuard.safeParse(result);
  if (refusal !== undefined) return { error: refusal.error, errorDescription: refusal.error_description };
  const { login, consent } = result ?? {};
  if (login === undefined && isLeft) return { error: 'access_denied', errorDescription: endings.left };
  if (login === undefined || !isMatched) return null;
  const { accountId, acr, amr, ts: authTime } = login;
  const claims = claimsGuard.parse(JSON.parse(params.claims ?? '{}'));
  return { accountId, acr, amr, authTime, grantId: consent?.grantId, claims };
}

export function createCounterGrants(
  {
    connection,
    checks,
    shownCodes,
    addressOf,
  }: {
    readonly connection: string;
    readonly checks: Checks;
    readonly shownCodes: ShownCodes;
    addressOf(code: string): string;
  },
  deps: Ports<'state' | 'clock' | 'audit' | 'settings'>,
) {
  async function checkKioskOf(kiosk: string, typed: string | undefined): Promise<void> {
    if (typed !== undefined) throw new oidcErrors.InvalidRequest('use either kiosk or shown_code, not both');
    const unknown = new oidcErrors.InvalidRequest('kiosk is unknown');
    if (!kioskIdGuard.safeParse(kiosk).success) throw unknown;
    await checkKiosk({ id: kiosk, tenants: [standardTenant, connection] }, deps).catch((error: unknown) => {
      throw toCode(error) === 'not_found' ? unknown : error;
    });
  }

  async function isLeft(code: string, check: Check): Promise<boolean> {
    const visit = visitOf(code, check);
    return visit !== null && check.browserDigest !== null && !(await isAtKiosk(visit, deps));
  }

  const unknownCode = () => new oidcErrors.InvalidRequest('shown_code is unknown or already used');

  return {
    /** Validates a counter's additional parameters. Throws to refuse the request. */
    async check({ oidc }: KoaContextWithOIDC, client: OidcClient): Promise<void> {
      const { login_hint: hint, shown_code: typed, kiosk } = paramsOf(oidc.params);
      if (hint !== undefined) throw new oidcErrors.InvalidRequest('login_hint is not allowed for a counter');
      if (kiosk !== undefined) return checkKioskOf(kiosk, typed);
      if (typed === undefined) return;
      await consumeLimit('shownCodesOfCounter', client.metadata.client_id, deps).catch(toUnavailable);
      const digits = toPlainCode(typed);
      const found = isShownCode(digits) ? await shownCodes.read(digits) : null;
      if (found === null || found.code !== null) throw unknownCode();
    },

    /** Called after a code was created. Throws to refuse it. */
    async begin({ oidc }: KoaContextWithOIDC): Promise<void> {
      const { DeviceCode: device } = oidc.entities;
      if (device?.clientId === undefined) return;
      const { shown_code: typed, kiosk = null, ...params } = paramsOf(device.params ?? {});
      const code = device.userCode;
      const browserDigest = typed === undefined ? null : await shownCodes.take(toPlainCode(typed), code);
      if (typed !== undefined && browserDigest === null) throw unknownCode();
      const sent = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
      const isBegun = await checks.begin(code, {
        clientId: device.clientId,
        browserDigest,
        kiosk,
        params: Object.fromEntries(sent),
      });
      if (!isBegun) throw new oidcErrors.TemporarilyUnavailable('try again');
      const visit = visitOf(code, { kiosk });
      if (visit === null) return;
      await assignToKiosk({ kiosk: visit.kiosk, next: { page: addressOf(code), visit: visit.visit } }, deps);
    },

    /** Called before a counter gets the result. Throws to refuse it. */
    async checkResult(context: KoaContextWithOIDC): Promise<void> {
      const { provider, client } = context.oidc;
      const { device_code: value = '', number } = paramsOf(context.oidc.params);
      const device = await provider.DeviceCode.find(value, { ignoreExpiration: true });
      // The library itself refuses codes of other clients and finished codes.
      if (device === undefined || device.clientId !== client?.clientId || device.isExpired) return;
      if (device.accountId !== undefined || device.error !== undefined) return;
      const { userCode: code } = device;
      const check = number === undefined ? await checks.read(code) : await checks.match(code, number);
      if (check === null) return;
      const interaction = check.interaction === null ? undefined : await provider.Interaction.find(check.interaction);
      const outcome = outcomeOf(check, { result: interaction?.result, isLeft: await isLeft(code, check) });
      if (outcome === null) {
        requestOf(context).replyFields = describe(check);
        return;
      }
      // Of several concurrent requests, only one continues.
      if (!(await checks.settle(code))) return;
      try {
        if (outcome.accountId !== undefined) {
          const detail = { client: check.clientId };
          await deps.audit.append({ action: 'counter_told', connection, subject: outcome.accountId, detail });
        }
        const grant = outcome.grantId === undefined ? undefined : await provider.Grant.find(outcome.grantId);
        const scope = grant?.getOIDCScopeFiltered(new Set((check.params.scope ?? '').split(' ')));
        Object.assign(device, outcome, grant === undefined ? {} : { scope });
        await device.save();
      } catch (error) {
        await checks.reopen(code);
        throw error;
      }
      // A check that has ended with an error cannot continue on the phone.
      if (outcome.error !== undefined) await interaction?.destroy();
    },
  };
}
