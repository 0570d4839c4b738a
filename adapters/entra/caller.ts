import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose';
import { z } from 'zod';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import { type RequestHead, requireBearer, toProofRefusal } from '../../src/connections/hook.js';
import type { Ports } from '../../src/core/deps.js';
import type { Clock, Fetch } from '../../src/core/ports.js';
import { withTimeout } from '../../src/core/resilience.js';
import { addSec, type EpochMs, toDate } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { type EntraSettings, guidGuard } from './config.js';

export interface VerifiedCaller {
  readonly tenantId: string;
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
 * Creates the check that a call is from Entra's events service in an allowed tenant. A v2 token names the events service in `azp`; a v1 token in `appid`, with the audience
 * `api://{host}/{id}`.
 * @param host - public host name, without a port
 */
export function createCallerCheck(
  { login, v1Issuer, hooks }: Pick<EntraSettings, 'login' | 'v1Issuer' | 'hooks'>,
  { host, fetch, clock }: { readonly host: string; readonly fetch: Fetch; readonly clock: Clock },
) {
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
    /**
     * Verifies a call by its headers only.
     * @throws FaceError `caller_untrusted`, or `profile_unavailable` if the keys cannot be fetched
     */
    verify: async (headers: RequestHead['headers']) =>
      withTimeout(verify(requireBearer(headers)), VERIFY_TIMEOUT_MS, () => {
        throw new FaceError('profile_unavailable', { bearer: 'keys_slow' });
      }),
    /** Fetches the tenants' keys in advance. Failures are ignored, because the next hook call fetches the keys again. */
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

const FETCH_TIMEOUT_MS = 5_000;
/** Lifetime of cached keys. Entra's documentation requires a refresh at least daily. */
const KEPT_SEC = 86_400;
const RENEWED_AFTER_SEC = 1_800;
const RENEWED_AGAIN_AFTER_SEC = 60;

const metadataGuard = z.object({ issuer: safeUrlGuard, jwks_uri: safeUrlGuard });

type TenantAuthority = { readonly issuer: string; readonly keys: ReturnType<typeof createRemoteJWKSet> };

interface KeptAuthority {
  readonly authority: Promise<TenantAuthority>;
  readonly until: EpochMs;
  renewAt: EpochMs;
}

/**
 * Creates the function that returns issuer and keys of a tenant. Its caller must have checked that the tenant is allowed.
 * Caches the tenants' metadata and keys for a day. After half an hour, metadata and keys are refreshed in the
 * background, because a hook call cannot wait.
 * @throws FaceError `profile_unavailable`
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/signing-key-rollover
 */
export function createFindAuthority(login: string, { fetch, clock }: Ports<'clock' | 'fetch'>) {
  const kept = new Map<string, KeptAuthority>();
  const keep = (tenantId: string, authority: Promise<TenantAuthority>): void => {
    const now = clock.now();
    kept.set(tenantId, {
      authority,
      until: addSec(now, KEPT_SEC),
      renewAt: addSec(now, RENEWED_AFTER_SEC),
    });
  };

  const read = async (tenantId: string): Promise<TenantAuthority> => {
    const response = await fetch(`${login}/${tenantId}/v2.0/.well-known/openid-configuration`, {
      redirect: 'error',
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    const { issuer, jwks_uri } = metadataGuard.parse(response.ok ? await response.json() : null);
    // The host name of an external tenant contains its domain or its id, so only the path is compared.
    if (new URL(issuer).pathname !== `/${tenantId}/v2.0`) throw new FaceError('profile_unavailable');
    const keys = createRemoteJWKSet(new URL(jwks_uri), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cacheMaxAge: KEPT_SEC * 1000,
      [customFetch]: (url, options) => fetch(url, options),
    });
    return { issuer, keys };
  };

  const renew = async (tenantId: string): Promise<void> => {
    const authority = await read(tenantId);
    await authority.keys.reload();
    keep(tenantId, Promise.resolve(authority));
  };

  return (tenantId: string): Promise<TenantAuthority> => {
    const known = kept.get(tenantId);
    const now = clock.now();
    if (known !== undefined && known.until > now) {
      if (known.renewAt <= now) {
        known.renewAt = addSec(now, RENEWED_AGAIN_AFTER_SEC);
        renew(tenantId).catch(() => {});
      }
      return known.authority;
    }
    const authority = read(tenantId).catch((): never => {
      kept.delete(tenantId);
      throw new FaceError('profile_unavailable', { reason: 'metadata_unreachable' });
    });
    keep(tenantId, authority);
    return authority;
  };
}

const keyIssuerGuard = z.object({ issuer: z.string() });

/**
 * Returns true if this key may sign for a tenant. Entra publishes some keys for one issuer only.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer
 */
export function isEntraKeyOf(tenantId: string, key: unknown): boolean {
  const described = keyIssuerGuard.safeParse(key);
  if (!described.success) return true;
  const issuer = described.data.issuer.replaceAll('{tenantid}', tenantId);
  return URL.canParse(issuer) && new URL(issuer).pathname.split('/')[1] === tenantId;
}
