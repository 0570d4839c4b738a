import { createRemoteJWKSet, customFetch } from 'jose';
import { z } from 'zod';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import type { Clock, Fetch } from '../../src/core/ports.js';
import { addSec, type EpochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';

const FETCH_TIMEOUT_MS = 5_000;
/** Entra has keys looked for once a day at least. */
const KEPT_SEC = 86_400;
const RENEWED_AFTER_SEC = 1_800;
/** After a renewal that failed. */
const RENEWED_AGAIN_AFTER_SEC = 60;

const metadataGuard = z.object({ issuer: safeUrlGuard, jwks_uri: safeUrlGuard });

/** Who signs the tokens of one tenant, as its metadata says. */
export interface TenantAuthority {
  /** Of tokens of version 2. */
  readonly issuer: string;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

/**
 * The authority of a tenant. Whoever asks has the tenant on a list: a stranger must not make us ask for others.
 * @throws FaceError `profile_unavailable`: its metadata cannot be had, or is another tenant's
 */
export type FindAuthority = (tenantId: string) => Promise<TenantAuthority>;

/** What is known of a tenant. */
interface KeptAuthority {
  readonly authority: Promise<TenantAuthority>;
  readonly until: EpochMs;
  renewAt: EpochMs;
}

/**
 * Reads metadata and keys of tenants, and keeps them for a day. Who asks after half an hour gets what is kept, and both are
 * read anew meanwhile: a hook has no time to wait for them, the first of a morning neither.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/signing-key-rollover
 * @param login - the login host of the tenants' cloud, without a slash at the end
 */
export function createFindAuthority(
  login: string,
  { fetch, clock }: { readonly fetch: Fetch; readonly clock: Clock },
): FindAuthority {
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
    // An external tenant's host is named by its domain or by its id; the path is the same everywhere.
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
        // What is kept goes on being used: a call waits for the keys only once these are too old.
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
