import { randomUUID } from 'node:crypto';
import { type Request, Router } from 'express';
import { z } from 'zod';
import { badRequest, notFound } from './errors.js';
import type { GraphContext } from './graph-context.js';
import type { MethodConfiguration, PermissionGrant, Tenant } from './tenant.js';

const configurationType = '#microsoft.graph.externalAuthenticationMethodConfiguration';
const registrationType = '#microsoft.graph.externalAuthenticationMethod';
const discoverySuffix = '/.well-known/openid-configuration';

const isDiscoveryUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash } = new URL(text);
  const isSafe = protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost';
  return isSafe && search === '' && hash === '' && text.endsWith(discoverySuffix);
};

const settingGuard = z.strictObject({
  clientId: z.string().min(1),
  discoveryUrl: z.string().refine(isDiscoveryUrl),
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

export function isOffered({ groups }: Tenant, method: MethodConfiguration, userId: string): boolean {
  const isIn = ({ id }: { readonly id: string }): boolean => id === 'all_users' || groups.get(id)?.has(userId) === true;
  return method.state === 'enabled' && method.includeTargets.some(isIn) && !method.excludeTargets.some(isIn);
}

/** @see https://learn.microsoft.com/en-us/graph/api/resources/externalauthenticationmethodconfiguration */
export function createMethodsApi({ tenantOf, requireRole, sendList, noteMade, isShown }: GraphContext): Router {
  const router = Router();
  const write = requireRole('Policy.ReadWrite.AuthenticationMethod');
  const read = requireRole('Policy.Read.AuthenticationMethod', 'Policy.ReadWrite.AuthenticationMethod');
  const register = requireRole('UserAuthMethod-External.ReadWrite.All');
  const grant = requireRole('DelegatedPermissionGrant.ReadWrite.All');
  const policyPath = '/policies/authenticationMethodsPolicy';
  const find = (tenant: Tenant, { params }: Request): MethodConfiguration => {
    const found = tenant.methods.get(String(params.id));
    if (found === undefined || !isShown(found.id)) throw notFound(String(params.id));
    return found;
  };

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
    const parsed = newGuard.safeParse(request.body);
    if (!parsed.success) throw badRequest('Invalid external authentication method configuration.');
    const { displayName } = parsed.data;
    if ([...tenant.methods.values()].some((other) => other.displayName === displayName)) {
      throw badRequest('An external authentication method with this name already exists.');
    }
    const includeTargets = [{ targetType: 'group', id: 'all_users', isRegistrationRequired: false }] as const;
    const rest = { id: randomUUID(), state: 'disabled', includeTargets, excludeTargets: [] } as const;
    const method: MethodConfiguration = { ...parsed.data, ...rest };
    tenant.methods.set(method.id, method);
    noteMade(method.id);
    response.status(201).json(method);
  });
  router.patch(`${policyPath}/authenticationMethodConfigurations/:id`, write, (request, response) => {
    const tenant = tenantOf(response);
    const method = find(tenant, request);
    const parsed = changeGuard.safeParse(request.body);
    if (!parsed.success) throw badRequest('Invalid external authentication method configuration.');
    const { state = method.state, appId = method.appId } = parsed.data;
    const { includeTargets = method.includeTargets, excludeTargets = method.excludeTargets } = parsed.data;
    const isUnknown = ({ id }: { readonly id: string }): boolean => id !== 'all_users' && !tenant.groups.has(id);
    if ([...includeTargets, ...excludeTargets].some(isUnknown)) throw badRequest('The group does not exist.');
    const openIdConnectSetting = parsed.data.openIdConnectSetting ?? method.openIdConnectSetting;
    const changed = { ...method, state, appId, openIdConnectSetting, includeTargets, excludeTargets };
    tenant.methods.set(method.id, changed);
    response.status(204).end();
  });

  router.get('/users/:user/authentication/externalAuthenticationMethods', register, (request, response) => {
    if (!tenantOf(response).users.has(String(request.params.user))) throw notFound(String(request.params.user));
    const all = tenantOf(response).methodRegistrations.filter(({ userId }) => userId === request.params.user);
    sendList(
      request,
      response,
      all.map(({ userId: _, ...shown }) => shown),
    );
  });
  router.post('/users/:user/authentication/externalAuthenticationMethods', register, (request, response) => {
    const tenant = tenantOf(response);
    const userId = String(request.params.user);
    if (!tenant.users.has(userId)) throw notFound(userId);
    const parsed = registrationGuard.safeParse(request.body);
    if (!parsed.success) throw badRequest('Invalid external authentication method.');
    if (!tenant.methods.has(parsed.data.configurationId)) throw badRequest('The configuration does not exist.');
    const isThere = tenant.methodRegistrations.some(
      (each) => each.userId === userId && each.configurationId === parsed.data.configurationId,
    );
    if (isThere) throw badRequest('The user is registered for this external authentication method.');
    const registration = { id: randomUUID(), userId, ...parsed.data };
    tenant.methodRegistrations.push(registration);
    noteMade(registration.id);
    const { userId: _, ...shown } = registration;
    response.status(201).json(shown);
  });

  router.get('/oauth2PermissionGrants', grant, (request, response) => {
    sendList(request, response, tenantOf(response).permissionGrants);
  });
  router.post('/oauth2PermissionGrants', grant, (request, response) => {
    const tenant = tenantOf(response);
    const parsed = grantGuard.safeParse(request.body);
    if (!parsed.success) throw badRequest('Invalid permission grant.');
    for (const id of [parsed.data.clientId, parsed.data.resourceId]) {
      if (!tenant.servicePrincipals.has(id) || !isShown(id)) throw notFound(id);
    }
    const isSame = (other: PermissionGrant): boolean =>
      other.clientId === parsed.data.clientId && other.resourceId === parsed.data.resourceId;
    if (tenant.permissionGrants.some(isSame)) throw badRequest('Permission entry already exists.');
    const added = { id: randomUUID(), ...parsed.data };
    tenant.permissionGrants.push(added);
    noteMade(added.id);
    response.status(201).json(added);
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
