import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import type { GraphContext } from './graph.js';
import { badRequest, notFound, parseBody } from './graph-context.js';
import type { Tenant } from './tenant.js';

const configurationType = '#microsoft.graph.externalAuthenticationMethodConfiguration';
const registrationType = '#microsoft.graph.externalAuthenticationMethod';
export const discoverySuffix = '/.well-known/openid-configuration';

/** Returns true if Entra may read this address. Plain http is allowed on this machine only; the real Entra refuses it. */
export const isAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash } = new URL(text);
  const isSafe = protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost';
  return isSafe && search === '' && hash === '';
};

const settingGuard = z.strictObject({
  clientId: z.string().min(1),
  discoveryUrl: z.string().refine((text) => isAddress(text) && text.endsWith(discoverySuffix)),
});
const targetGuard = z.strictObject({
  targetType: z.literal('group'),
  id: z.union([z.guid(), z.literal('all_users')]),
  isRegistrationRequired: z.boolean().default(false),
});
const excludedGuard = z.strictObject({ targetType: z.literal('group'), id: z.guid() });

const newGuard = z.strictObject({
  '@odata.type': z.literal(configurationType),
  displayName: z.string().min(1).max(120),
  appId: z.guid(),
  openIdConnectSetting: settingGuard,
});
// The display name, which users see, cannot be changed.
const changeGuard = z.strictObject({
  '@odata.type': z.literal(configurationType),
  state: z.enum(['enabled', 'disabled']).optional(),
  appId: z.guid().optional(),
  openIdConnectSetting: settingGuard.optional(),
  includeTargets: z.array(targetGuard).min(1).optional(),
  excludeTargets: z.array(excludedGuard).optional(),
});
const registrationGuard = z.strictObject({
  '@odata.type': z.literal(registrationType),
  configurationId: z.guid(),
  displayName: z.string().min(1),
});
const grantGuard = z.strictObject({
  clientId: z.guid(),
  consentType: z.literal('AllPrincipals'),
  resourceId: z.guid(),
  scope: z.string().min(1),
});

export interface MethodConfiguration extends z.output<typeof newGuard> {
  readonly id: string;
  readonly state: 'enabled' | 'disabled';
  readonly includeTargets: readonly z.output<typeof targetGuard>[];
  readonly excludeTargets: readonly z.output<typeof excludedGuard>[];
}
export type MethodRegistration = z.output<typeof registrationGuard> & { readonly id: string; readonly userId: string };
/** Admin consent for all users: delegated permissions of an application. */
export type PermissionGrant = z.output<typeof grantGuard> & { readonly id: string };

export function isOffered({ groups }: Tenant, method: MethodConfiguration, userId: string): boolean {
  const isIn = ({ id }: { readonly id: string }): boolean => id === 'all_users' || groups.get(id)?.has(userId) === true;
  return method.state === 'enabled' && method.includeTargets.some(isIn) && !method.excludeTargets.some(isIn);
}

/** @see https://learn.microsoft.com/en-us/graph/api/resources/externalauthenticationmethodconfiguration */
export function createMethodsApi(context: GraphContext): Router {
  const { tenantOf, requireRole, sendList, sendCreated, isShown, findShown } = context;
  const router = Router();
  const write = requireRole('Policy.ReadWrite.AuthenticationMethod');
  const read = requireRole('Policy.Read.AuthenticationMethod', 'Policy.ReadWrite.AuthenticationMethod');
  const register = requireRole('UserAuthMethod-External.ReadWrite.All');
  const grant = requireRole('DelegatedPermissionGrant.ReadWrite.All');
  const policyPath = '/policies/authenticationMethodsPolicy';

  router.get(policyPath, read, (_request, response) => {
    response.json({
      id: 'authenticationMethodsPolicy',
      displayName: 'Authentication Methods Policy',
      authenticationMethodConfigurations: [
        { '@odata.type': '#microsoft.graph.fido2AuthenticationMethodConfiguration', id: 'Fido2', state: 'disabled' },
        ...[...tenantOf(response).methods.values()].filter(({ id }) => isShown(id)),
      ],
    });
  });
  router.post(`${policyPath}/authenticationMethodConfigurations`, write, (request, response) => {
    const tenant = tenantOf(response);
    const given = parseBody(newGuard, request.body, 'Invalid external authentication method configuration.');
    if ([...tenant.methods.values()].some(({ displayName }) => displayName === given.displayName)) {
      throw badRequest('An external authentication method with this name already exists.');
    }
    const includeTargets = [{ targetType: 'group', id: 'all_users', isRegistrationRequired: false }] as const;
    const rest = { id: randomUUID(), state: 'disabled', includeTargets, excludeTargets: [] } as const;
    const method: MethodConfiguration = { ...given, ...rest };
    tenant.methods.set(method.id, method);
    sendCreated(response, method);
  });
  router.patch(`${policyPath}/authenticationMethodConfigurations/:id`, write, (request, response) => {
    const tenant = tenantOf(response);
    const method = findShown(tenant.methods, request.params.id);
    const changes = parseBody(changeGuard, request.body, 'Invalid external authentication method configuration.');
    const { includeTargets = [], excludeTargets = [] } = changes;
    const isUnknown = ({ id }: { readonly id: string }): boolean => id !== 'all_users' && !tenant.groups.has(id);
    if ([...includeTargets, ...excludeTargets].some(isUnknown)) throw badRequest('The group does not exist.');
    tenant.methods.set(method.id, Object.assign({ ...method }, changes));
    response.status(204).end();
  });

  router.get('/users/:user/authentication/externalAuthenticationMethods', register, (request, response) => {
    if (!tenantOf(response).users.has(String(request.params.user))) throw notFound(String(request.params.user));
    const all = tenantOf(response).methodRegistrations.filter(({ userId }) => userId === request.params.user);
    const shown = all.map(({ userId: _, ...each }) => each);
    sendList(request, response, shown);
  });
  router.post('/users/:user/authentication/externalAuthenticationMethods', register, (request, response) => {
    const tenant = tenantOf(response);
    const userId = String(request.params.user);
    if (!tenant.users.has(userId)) throw notFound(userId);
    const given = parseBody(registrationGuard, request.body, 'Invalid external authentication method.');
    if (!tenant.methods.has(given.configurationId)) throw badRequest('The configuration does not exist.');
    const isThere = tenant.methodRegistrations.some(
      (each) => each.userId === userId && each.configurationId === given.configurationId,
    );
    if (isThere) throw badRequest('The user is registered for this external authentication method.');
    const shown = { id: randomUUID(), ...given };
    tenant.methodRegistrations.push({ ...shown, userId });
    sendCreated(response, shown);
  });

  router.get('/oauth2PermissionGrants', grant, (request, response) => {
    sendList(request, response, tenantOf(response).permissionGrants);
  });
  router.post('/oauth2PermissionGrants', grant, (request, response) => {
    const tenant = tenantOf(response);
    const given = parseBody(grantGuard, request.body, 'Invalid permission grant.');
    for (const id of [given.clientId, given.resourceId]) findShown(tenant.servicePrincipals, id);
    const isSame = (other: PermissionGrant): boolean =>
      other.clientId === given.clientId && other.resourceId === given.resourceId;
    if (tenant.permissionGrants.some(isSame)) throw badRequest('Permission entry already exists.');
    const added = { id: randomUUID(), ...given };
    tenant.permissionGrants.push(added);
    sendCreated(response, added);
  });
  router.patch('/oauth2PermissionGrants/:id', grant, (request, response) => {
    const grants = tenantOf(response).permissionGrants;
    const index = grants.findIndex(({ id }) => id === request.params.id);
    const former = grants[index];
    if (former === undefined) throw notFound(String(request.params.id));
    grants[index] = { ...former, ...z.strictObject({ scope: z.string().min(1) }).parse(request.body) };
    response.status(204).end();
  });
  return router;
}
