import type { Ports } from '../core/deps.js';
import type { Credential } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { changeKeysOf, readApplication } from './applications.js';
import { type Client, findClientToken, issueClientToken, revokeClientToken } from './client-tokens.js';
import type { Administrator } from './rights.js';
import type { ClientOptions, ClientScope } from './scopes.js';
import { readLastUsed } from './usage.js';

/** Maximum per application. Enough for two API keys during a rotation, and for several programs. */
export const maxKeys = 20;

/**
 * Issues an API key for an application: a client token of the application's tenant.
 * @param request.scopes - some of the application's, or `undefined` for all
 * @throws `not_found`, `limit_reached`; `request_malformed` for a scope that the application does not have
 */
export async function issueApplicationKey(
  applicationId: string,
  {
    scopes: asked,
    lifeSec,
    ...options
  }: { readonly scopes: readonly ClientScope[] | undefined; readonly lifeSec: number } & Partial<ClientOptions>,
  by: Pick<Administrator, 'name'>,
  deps: Ports<'state' | 'clock' | 'random' | 'audit'>,
): Promise<{ readonly credential: Credential; readonly client: Client }> {
  const application = await readApplication(applicationId, deps);
  const { name, tenant } = application;
  const scopes = asked ?? application.scopes;
  if (scopes.some((scope) => !application.scopes.includes(scope)))
    throw new FaceError('request_malformed', { field: 'scopes' });
  const live = (await listApplicationKeys(applicationId, deps)).map(({ id }) => id);
  if (live.length >= maxKeys) throw new FaceError('limit_reached');
  const request = { name, tenant, scopes, lifeSec, application, sandbox: null, ...options };
  const issued = await issueClientToken(request, by, deps);
  const wasListed = new Set(application.keys);
  await changeKeysOf(
    applicationId,
    (keys) => {
      // Drops expired and revoked API keys from the list, but keeps keys that were issued concurrently.
      const kept = keys.filter((id) => live.includes(id) || !wasListed.has(id));
      if (kept.length >= maxKeys) throw new FaceError('limit_reached');
      return [...kept, issued.client.id];
    },
    deps,
  ).catch(async (error: unknown) => {
    await revokeClientToken(issued.client.id, by, deps);
    throw error;
  });
  return issued;
}

export async function listApplicationKeys(applicationId: string, deps: Ports<'clock' | 'state'>) {
  const { keys } = await readApplication(applicationId, deps);
  const found = await Promise.all(
    keys.map(async (id) => {
      const [token, lastUsed] = await Promise.all([findClientToken(id, deps), readLastUsed(id, deps)]);
      if (token === null || token.isRevoked || token.expiresAt <= deps.clock.now()) return null;
      const { scopes, issuedAt, expiresAt } = token;
      return { id, scopes, issuedAt, expiresAt, lastUsed };
    }),
  );
  return found.filter((key) => key !== null);
}

/** Revokes an API key at once. @throws `not_found`, also for an API key of another application */
export async function revokeApplicationKey(
  applicationId: string,
  keyId: string,
  by: Pick<Administrator, 'name'>,
  deps: Ports<'state' | 'audit'>,
): Promise<void> {
  const { keys } = await readApplication(applicationId, deps);
  if (!keys.includes(keyId)) throw new FaceError('not_found');
  await revokeClientToken(keyId, by, deps);
  await changeKeysOf(applicationId, (listed) => listed.filter((id) => id !== keyId), deps);
}
