import { createRemoteJWKSet, customFetch } from 'jose';
import { z } from 'zod';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import type { Ports } from '../../src/core/deps.js';
import { addSec, type EpochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';

const FETCH_TIMEOUT_MS = 5_000;
/** Lifetime of cached keys. Entra's documentation requires a refresh at least daily. */
const KEPT_SEC = 86_400;
const RENEWED_AFTER_SEC = 1_800;
const RENEWED_AGAIN_AFTER_SEC = 60;

const metadataGuard = z.object({ issuer: safeUrlGuard, jwks_uri: safeUrlGuard });

export interface TenantAuthority {
  readonly issuer: string;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

/**
 * Returns issuer and keys of a tenant. The caller must have checked that the tenant is allowed.
 * @throws FaceError `profile_unavailable`
 */
export type FindAuthority = (tenantId: string) => Promise<TenantAuthority>;

interface KeptAuthority {
  readonly authority: Promise<TenantAuthority>;
  readonly until: EpochMs;
  renewAt: EpochMs;
}

/**
 * Caches the tenants' metadata and keys for a day. After half an hour, metadata and keys are refreshed in the
 * background, because a hook call cannot wait.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/signing-key-rollover
 */
export function createFindAuthority(login: string, { fetch, clock }: Ports<'clock' | 'fetch'>): FindAuthority {
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

  return (tenantId) => {
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
