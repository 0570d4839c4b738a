import { decodeJwt, jwtVerify } from 'jose';
import { z } from 'zod';
import { type RequestHead, readBearer, toProofRefusal } from '../../src/connections/hook.js';
import type { Clock, Fetch } from '../../src/core/ports.js';
import { withTimeout } from '../../src/core/resilience.js';
import { toDate } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { createFindAuthority, isEntraKeyOf } from './caller-authority.js';
import type { EntraSettings } from './config.js';
import { guidGuard } from './config-oidc.js';

export interface VerifiedCaller {
  readonly tenantId: string;
}

/**
 * Verifies that a call is from Entra's events service in an allowed tenant, by the headers only.
 * @throws FaceError `caller_untrusted`, or `profile_unavailable` if the keys cannot be fetched
 */
export type VerifyCaller = (headers: RequestHead['headers']) => Promise<VerifiedCaller>;

export interface CallerCheck {
  readonly verify: VerifyCaller;
  /** Fetches the tenants' keys in advance. Failures are ignored, because the next hook call fetches the keys again. */
  fetchAhead(): Promise<void>;
}

/**
 * Application id of Entra's events service, the same in every tenant.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-overview
 */
export const eventsServiceAppId = '99045fe1-7639-4a75-9d4a-577b6ca3810f';

/** Entra waits at most 2 s. A slower fetch completes in the background for the next call. */
const VERIFY_TIMEOUT_MS = 700;
const CLOCK_TOLERANCE_SEC = 30;

const tenantGuard = z.object({ tid: guidGuard });

/**
 * Creates the caller check. A v2 token names the events service in `azp`; a v1 token in `appid`, with the audience
 * `api://{host}/{id}`.
 * @param host - public host name, without a port
 */
export function createCallerCheck(
  { login, v1Issuer, hooks }: Pick<EntraSettings, 'login' | 'v1Issuer' | 'hooks'>,
  { host, fetch, clock }: { readonly host: string; readonly fetch: Fetch; readonly clock: Clock },
): CallerCheck {
  const findAuthority = createFindAuthority(login, { fetch, clock });

  const verify = async (bearer: string): Promise<VerifiedCaller> => {
    const tenantId = readTenant(bearer);
    // Keys are fetched only for allowed tenants, so that anonymous callers cannot trigger requests to others.
    if (!hooks.tenants.includes(tenantId)) throw new FaceError('caller_untrusted', { bearer: 'tenant' });
    const { issuer, keys } = await findAuthority(tenantId);
    const v1 = `${v1Issuer}/${tenantId}/`;
    const { payload, protectedHeader } = await jwtVerify(bearer, keys, {
      // Several issuers are accepted: for an external tenant, the issuer has the tenant's domain as host in the
      // documentation, but the tenant's id in the metadata.
      issuer: [v1, issuer, `${login}/${tenantId}/v2.0`],
      audience: [hooks.appId, `api://${host}/${hooks.appId}`],
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'tid'],
      clockTolerance: CLOCK_TOLERANCE_SEC,
      currentDate: toDate(clock.now()),
    }).catch((error: unknown) => {
      throw toProofRefusal(error, 'bearer');
    });
    const client = payload.iss === v1 ? payload.appid : payload.azp;
    if (client !== eventsServiceAppId) throw new FaceError('caller_untrusted', { bearer: 'client' });
    const key = keys.jwks()?.keys.find(({ kid }) => kid === protectedHeader.kid);
    if (!isEntraKeyOf(tenantId, key)) throw new FaceError('caller_untrusted', { bearer: 'key' });
    return { tenantId };
  };

  return {
    verify: async (headers) =>
      withTimeout(verify(readBearer(headers)), VERIFY_TIMEOUT_MS, () => {
        throw new FaceError('profile_unavailable', { bearer: 'keys_slow' });
      }),
    async fetchAhead() {
      const fetchOf = async (tenantId: string) => (await findAuthority(tenantId)).keys.reload();
      await Promise.allSettled(hooks.tenants.map(fetchOf));
    },
  };
}

function readTenant(bearer: string): string {
  try {
    return tenantGuard.parse(decodeJwt(bearer)).tid;
  } catch {
    // The error has no cause, because the cause may quote the token.
    throw new FaceError('caller_untrusted', { bearer: 'no_tenant' });
  }
}
