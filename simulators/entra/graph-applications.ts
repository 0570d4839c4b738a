import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import type { GraphContext } from './graph.js';
import { badRequest, parseBody } from './graph-context.js';
import {
  type Application,
  addServicePrincipal,
  findServicePrincipal,
  firstParty,
  graphAppId,
  graphRoles,
  type ServicePrincipal,
  type Tenant,
} from './tenant.js';

const changeGuard = z.strictObject({
  displayName: z.string().min(1).max(256).optional(),
  signInAudience: z.enum(['AzureADMyOrg', 'AzureADMultipleOrgs']).optional(),
  identifierUris: z.array(z.string()).optional(),
  api: z
    .looseObject({
      requestedAccessTokenVersion: z.union([z.literal(1), z.literal(2)]).nullish(),
      acceptMappedClaims: z.boolean().nullish(),
    })
    .optional(),
  requiredResourceAccess: z
    .array(
      z.object({
        resourceAppId: z.guid(),
        resourceAccess: z.array(z.object({ id: z.guid(), type: z.enum(['Role', 'Scope']) })),
      }),
    )
    .optional(),
  web: z.strictObject({ redirectUris: z.array(z.string()).max(256) }).optional(),
});

const propertyGuard = z.strictObject({
  name: z.string().regex(/^[A-Za-z]\w*$/),
  dataType: z.enum(['Binary', 'Boolean', 'DateTime', 'Integer', 'LargeInteger', 'String']),
  isMultiValued: z.boolean().default(false),
  targetObjects: z.array(z.enum(['User', 'Group', 'Organization', 'Device', 'Application'])).min(1),
});
/** `name` is the full one: `extension_{appId without dashes}_{name}`. */
export type ExtensionProperty = z.output<typeof propertyGuard> & { readonly id: string };

const assignmentGuard = z.strictObject({ principalId: z.guid(), resourceId: z.guid(), appRoleId: z.guid() });
export type AppRoleAssignment = z.output<typeof assignmentGuard> & { readonly id: string };

export function newApplication(displayName: string): Application {
  return {
    id: randomUUID(),
    appId: randomUUID(),
    displayName,
    signInAudience: 'AzureADMyOrg',
    identifierUris: [],
    api: { requestedAccessTokenVersion: null, acceptMappedClaims: null, oauth2PermissionScopes: [] },
    requiredResourceAccess: [],
    web: { redirectUris: [] },
    secrets: new Set(),
    certificates: new Set(),
    extensionProperties: new Map(),
  };
}

// Removes members that are relationships, or that Graph never returns.
const toView = ({ secrets: _, certificates: __, extensionProperties: ___, ...shown }: Application) => shown;

// `claimsMappingPolicyIds` is a relationship with a separate URL, so it is removed.
const toPrincipalView = ({ claimsMappingPolicyIds: _, ...shown }: ServicePrincipal) => ({
  ...shown,
  servicePrincipalType: 'Application',
  ...(shown.appId === graphAppId
    ? { appRoles: Object.entries(graphRoles).map(([value, id]) => ({ id, value, isEnabled: true })) }
    : { appRoles: [] }),
});

const isRedirectUri = (text: string): boolean =>
  URL.canParse(text) && /^(https:|http:\/\/(localhost|127\.0\.0\.1)[:/])/.test(text) && !text.includes('#');

function apply(tenant: Tenant, application: Application, body: unknown): void {
  const { api, ...changes } = parseBody(changeGuard, body, 'Invalid property value specified for the application.');
  const { identifierUris, web } = changes;
  const isTaken = (uri: string): boolean =>
    [...tenant.applications.values()].some((other) => other !== application && other.identifierUris.includes(uri));
  if (identifierUris?.some(isTaken)) {
    throw badRequest('Another object with the same value for property identifierUris already exists.');
  }
  if (web?.redirectUris.some((uri) => !isRedirectUri(uri))) {
    throw badRequest('The redirect URI must be https, or http on localhost.');
  }
  // A list is replaced as a whole. For `api`, only the given members change.
  Object.assign(application, changes);
  if (api !== undefined) {
    application.api = {
      ...application.api,
      ...api,
      requestedAccessTokenVersion: api.requestedAccessTokenVersion ?? application.api.requestedAccessTokenVersion,
      acceptMappedClaims: api.acceptMappedClaims ?? application.api.acceptMappedClaims,
    };
  }
}

/** @see https://learn.microsoft.com/en-us/graph/api/resources/application */
export function createApplicationsApi(context: GraphContext): Router {
  const { tenantOf, requireRole, sendList, sendCreated, isShown, findShown } = context;
  const router = Router();
  const read = requireRole('Application.Read.All', 'Application.ReadWrite.All');
  const write = requireRole('Application.ReadWrite.All');

  router.get('/applications', read, (request, response) => {
    sendList(request, response, [...tenantOf(response).applications.values()].map(toView));
  });
  router.patch('/applications/:id', write, (request, response) => {
    const tenant = tenantOf(response);
    apply(tenant, findShown(tenant.applications, request.params.id), request.body);
    response.status(204).end();
  });

  router.get('/applications/:id/extensionProperties', read, (request, response) => {
    const { extensionProperties } = findShown(tenantOf(response).applications, request.params.id);
    sendList(request, response, [...extensionProperties.values()]);
  });
  router.post('/applications/:id/extensionProperties', write, (request, response) => {
    const application = findShown(tenantOf(response).applications, request.params.id);
    const given = parseBody(propertyGuard, request.body, 'Invalid value specified for the extension property.');
    const name = `extension_${application.appId.replaceAll('-', '')}_${given.name}`;
    if ([...application.extensionProperties.values()].some((other) => other.name === name)) {
      throw badRequest('An extension property exists with the name.');
    }
    const property = { id: randomUUID(), ...given, name };
    application.extensionProperties.set(property.id, property);
    sendCreated(response, { appDisplayName: application.displayName, isSyncedFromOnPremises: false, ...property });
  });

  router.get('/servicePrincipals', read, (request, response) => {
    sendList(request, response, [...tenantOf(response).servicePrincipals.values()].map(toPrincipalView));
  });
  router.post('/servicePrincipals', write, (request, response) => {
    const tenant = tenantOf(response);
    const { appId } = z.object({ appId: z.string() }).parse(request.body);
    const application = [...tenant.applications.values()].find((each) => each.appId === appId && isShown(each.id));
    const name = application?.displayName ?? firstParty[appId];
    if (name === undefined) throw badRequest(`The appId '${appId}' of the service principal does not exist.`);
    if (findServicePrincipal(tenant, appId) !== undefined) {
      throw badRequest('The service principal cannot be created, as the name is already in use.');
    }
    const principal = addServicePrincipal(tenant, appId, name);
    sendCreated(response, toPrincipalView(principal));
  });

  router.get('/servicePrincipals/:id/appRoleAssignments', read, (request, response) => {
    const { servicePrincipals, appRoleAssignments } = tenantOf(response);
    const { id } = findShown(servicePrincipals, request.params.id);
    const assignments = appRoleAssignments.filter(({ principalId }) => principalId === id);
    sendList(request, response, assignments);
  });
  router.post(
    '/servicePrincipals/:id/appRoleAssignedTo',
    requireRole('AppRoleAssignment.ReadWrite.All'),
    (request, response) => {
      const tenant = tenantOf(response);
      const resource = findShown(tenant.servicePrincipals, request.params.id);
      const { principalId, resourceId, appRoleId } = assignmentGuard.parse(request.body);
      if (resourceId !== resource.id) throw badRequest('The resource is not the one addressed.');
      const isGraphRole = resource.appId === graphAppId && Object.values(graphRoles).includes(appRoleId);
      if (!isGraphRole) throw badRequest('Permission being assigned was not found on application.');
      findShown(tenant.servicePrincipals, principalId);
      const isThere = tenant.appRoleAssignments.some(
        (each) => each.principalId === principalId && each.resourceId === resourceId && each.appRoleId === appRoleId,
      );
      if (isThere) throw badRequest('Permission being assigned already exists on the object.');
      const assignment = { id: randomUUID(), principalId, resourceId, appRoleId };
      tenant.appRoleAssignments.push(assignment);
      sendCreated(response, assignment);
    },
  );
  return router;
}
