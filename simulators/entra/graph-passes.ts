import { randomBytes, randomUUID } from 'node:crypto';
import { type Response, Router } from 'express';
import { z } from 'zod';
import type { Cloud } from './cloud.js';
import type { GraphContext } from './graph.js';
import { GraphError, notFound, parseBody } from './graph-context.js';
import type { Tenant } from './tenant.js';

export interface Target {
  readonly targetType: 'group' | 'user';
  readonly id: string;
}

/** @see https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration */
export const newPassPolicy = () => ({
  state: 'enabled' as 'enabled' | 'disabled',
  defaultLifetimeInMinutes: 60,
  defaultLength: 8,
  minimumLifetimeInMinutes: 60,
  maximumLifetimeInMinutes: 480,
  isUsableOnce: false,
  includeTargets: [{ targetType: 'group', id: 'all_users' }] as Target[],
  excludeTargets: [] as Target[],
});

export interface AccessPass {
  readonly id: string;
  readonly userId: string;
  readonly value: string;
  readonly createdAt: number;
  readonly startsAt: number;
  readonly lifetimeInMinutes: number;
  readonly isUsableOnce: boolean;
  isUsed: boolean;
}

const newGuard = z.strictObject({
  lifetimeInMinutes: z.int().optional(),
  isUsableOnce: z.boolean().default(false),
  startDateTime: z.iso.datetime().optional(),
});

const invalid = (message: string): GraphError => new GraphError(400, 'badRequest', message);

type Reason = 'EnabledByPolicy' | 'DisabledByPolicy' | 'Expired' | 'NotYetValid' | 'OneTimeUsed';

function reasonOf(now: number, { passPolicy, groups }: Tenant, pass: AccessPass): Reason {
  const isIn = ({ id }: Target): boolean =>
    id === 'all_users' || id === pass.userId || groups.get(id)?.has(pass.userId) === true;
  const { state, includeTargets, excludeTargets } = passPolicy;
  if (state !== 'enabled' || !includeTargets.some(isIn) || excludeTargets.some(isIn)) return 'DisabledByPolicy';
  if (now < pass.startsAt) return 'NotYetValid';
  if (now >= pass.startsAt + pass.lifetimeInMinutes * 60_000) return 'Expired';
  return pass.isUsed ? 'OneTimeUsed' : 'EnabledByPolicy';
}

function findAlive({ now }: Cloud, tenant: Tenant, value: string): AccessPass | undefined {
  const pass = [...tenant.passes.values()].find((each) => each.value === value);
  const isAlive =
    pass !== undefined &&
    reasonOf(now(), tenant, pass) === 'EnabledByPolicy' &&
    tenant.users.get(pass.userId)?.accountEnabled === true;
  return isAlive ? pass : undefined;
}

export const isPassAlive = (cloud: Cloud, tenant: Tenant, value: string): boolean =>
  findAlive(cloud, tenant, value) !== undefined;

export function usePass(cloud: Cloud, tenant: Tenant, value: string): boolean {
  const pass = findAlive(cloud, tenant, value);
  if (pass?.isUsableOnce) pass.isUsed = true;
  return pass !== undefined;
}

export function addDirectoryRole(tenant: Tenant, displayName: string, holders: readonly string[]): string {
  const id = randomUUID();
  tenant.directoryRoles.set(id, { displayName, members: new Set(holders) });
  return id;
}

/**
 * Creates the API of Temporary Access Passes. A new pass replaces the former one.
 * @see https://learn.microsoft.com/en-us/graph/api/authentication-post-temporaryaccesspassmethods
 */
export function createPassesApi({ cloud, tenantOf, requireRole, sendList, sendCreated }: GraphContext): Router {
  const router = Router();
  const write = requireRole('UserAuthMethod-TAP.ReadWrite.All', 'UserAuthenticationMethod.ReadWrite.All');
  const readPolicy = requireRole('Policy.Read.AuthenticationMethod', 'Policy.ReadWrite.AuthenticationMethod');
  const path = '/users/:user/authentication/temporaryAccessPassMethods';
  const findUserId = (response: Response, id: string): string => {
    const user = tenantOf(response).users.get(id.toLowerCase());
    if (user === undefined) throw notFound(id);
    return user.id;
  };
  const toView = (tenant: Tenant, pass: AccessPass) => {
    const reason = reasonOf(cloud.now(), tenant, pass);
    return {
      '@odata.type': '#microsoft.graph.temporaryAccessPassAuthenticationMethod',
      id: pass.id,
      temporaryAccessPass: null as string | null,
      createdDateTime: new Date(pass.createdAt).toISOString(),
      startDateTime: new Date(pass.startsAt).toISOString(),
      lifetimeInMinutes: pass.lifetimeInMinutes,
      isUsableOnce: pass.isUsableOnce,
      isUsable: reason === 'EnabledByPolicy',
      methodUsabilityReason: reason,
    };
  };

  router.get(
    '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass',
    readPolicy,
    (_request, response) => {
      response.json({
        '@odata.type': '#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration',
        id: 'TemporaryAccessPass',
        ...tenantOf(response).passPolicy,
      });
    },
  );
  router.get(path, write, (request, response) => {
    const tenant = tenantOf(response);
    const pass = tenant.passes.get(findUserId(response, String(request.params.user)));
    sendList(request, response, pass === undefined ? [] : [toView(tenant, pass)]);
  });
  router.post(path, write, (request, response) => {
    const tenant = tenantOf(response);
    const userId = findUserId(response, String(request.params.user));
    const given = parseBody(newGuard, request.body, 'Invalid temporary access pass.');
    const { passPolicy } = tenant;
    const { lifetimeInMinutes = passPolicy.defaultLifetimeInMinutes, isUsableOnce, startDateTime } = given;
    const { minimumLifetimeInMinutes: least, maximumLifetimeInMinutes: most } = passPolicy;
    if (lifetimeInMinutes < least || lifetimeInMinutes > most)
      throw invalid(`Invalid LifetimeInMinutes specified. The valid range between ${least} and ${most}.`);
    if (passPolicy.isUsableOnce && !isUsableOnce) throw invalid('Multi-use passes are not allowed by the policy.');
    const now = cloud.now();
    const pass: AccessPass = {
      id: randomUUID(),
      userId,
      value: `+${randomBytes(6).toString('base64url')}`,
      createdAt: now,
      startsAt: startDateTime === undefined ? now : Date.parse(startDateTime),
      lifetimeInMinutes,
      isUsableOnce,
      isUsed: false,
    };
    tenant.passes.set(userId, pass);
    sendCreated(response, { ...toView(tenant, pass), temporaryAccessPass: pass.value });
  });
  router.delete(`${path}/:id`, write, (request, response) => {
    const tenant = tenantOf(response);
    const userId = findUserId(response, String(request.params.user));
    if (tenant.passes.get(userId)?.id !== request.params.id) throw notFound(String(request.params.id));
    if (!tenant.keepsDeletedPasses) tenant.passes.delete(userId);
    response.status(204).end();
  });
  return router;
}
