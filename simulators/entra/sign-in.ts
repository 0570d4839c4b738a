import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { CalloutError, callExtension, readClaims, toTokenIssuancePayload } from './callout.js';
import type { Cloud } from './cloud.js';
import { findListener, hasCaller } from './graph-events.js';
import { mappedClaims } from './graph-policies.js';
import { type DirectoryUser, findApplication, findServicePrincipal, signToken, type Tenant } from './tenant.js';

/** The application's result: a token or an error. `code` is the sign-in log's code for a failed hook. */
export type SignIn =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly error: string; readonly code: number | null };

export async function issueToken(
  cloud: Cloud,
  tenant: Tenant,
  { appId, user }: { appId: string; user: DirectoryUser | null },
): Promise<SignIn> {
  const application = findApplication(tenant, appId);
  if (application === undefined) return { ok: false, error: 'AADSTS700016', code: null };
  if (findListener(tenant, appId) !== undefined && !hasCaller(tenant)) {
    return { ok: false, error: 'AADB2C90063', code: null };
  }
  const subject = user === null ? { sub: appId } : { sub: user.id, oid: user.id, name: user.displayName };
  const claims: JWTPayload = { iss: tenant.issuer, aud: appId, tid: tenant.id, ver: '2.0', ...subject };
  try {
    const provided = await askForClaims(cloud, tenant, { appId, user });
    const policyId = [...(findServicePrincipal(tenant, appId)?.claimsMappingPolicyIds ?? [])][0] ?? '';
    const policy = tenant.policies.get(policyId);
    if (policy !== undefined) {
      const { acceptMappedClaims, requestedAccessTokenVersion } = application.api;
      const takesMapped = acceptMappedClaims === true && requestedAccessTokenVersion === 2;
      if (!takesMapped) return { ok: false, error: 'AADSTS50146', code: null };
      for (const [id, name] of mappedClaims(policy)) {
        const value = provided.get(id);
        if (value !== undefined) claims[name] = value;
      }
    }
    return { ok: true, token: await signToken(tenant, claims, cloud.now()) };
  } catch (error) {
    if (!(error instanceof CalloutError)) throw error;
    return { ok: false, error: 'AADSTS1100001', code: error.code };
  }
}

async function askForClaims(
  cloud: Cloud,
  tenant: Tenant,
  { appId, user }: { appId: string; user: DirectoryUser | null },
): Promise<ReadonlyMap<string, string | string[]>> {
  const listener = findListener(tenant, appId);
  if (listener === undefined) return new Map();
  const extension = tenant.customExtensions.get(listener.handler.customExtension.id);
  if (extension === undefined) throw new CalloutError(1003011);
  const context = { tenant, extension, listenerId: listener.id, appId, correlationId: randomUUID() };
  return callExtension(cloud, tenant, extension, toTokenIssuancePayload(context, user), readClaims);
}
