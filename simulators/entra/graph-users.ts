import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { GraphContext } from './graph.js';
import type { ExtensionProperty } from './graph-applications.js';
import { badRequest, GraphError, notFound, toSelected } from './graph-context.js';
import type { DirectoryUser, Tenant } from './tenant.js';

/** Longest value of a directory extension. */
const EXTENSION_MAX_CHARACTERS = 256;

const changeGuard = z.record(z.string(), z.unknown());

export const extensionsOf = (tenant: Tenant): ReadonlyMap<string, ExtensionProperty> =>
  new Map(
    [...tenant.applications.values()]
      .flatMap(({ extensionProperties }) => [...extensionProperties.values()])
      .filter(({ targetObjects }) => targetObjects.includes('User'))
      .map((property) => [property.name, property]),
  );

/**
 * Validates a value for a directory extension; `null` clears it.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/extensionproperty
 */
export function checkExtensionValue(tenant: Tenant, name: string, value: unknown): void {
  const property = extensionsOf(tenant).get(name);
  if (property === undefined) {
    throw badRequest(`The following extension properties are not available: ${name}.`);
  }
  if (value === null) return;
  const isRight = property.dataType === 'String' ? typeof value === 'string' : typeof value !== 'string';
  if (!isRight || property.isMultiValued) throw badRequest(`Invalid value specified for property '${name}'.`);
  if (typeof value === 'string' && (value === '' || value.length > EXTENSION_MAX_CHARACTERS)) {
    throw badRequest(`Invalid value specified for property '${name}' of resource 'User'.`);
  }
}

const toAll = ({ extensions, details, photo: _, photoRefusal: ___, managerId: __, ...builtIn }: DirectoryUser) => ({
  ...builtIn,
  ...details,
  ...extensions,
});

/**
 * Parses `"displayName:…"`, which finds names that have all words, or words that begin with them.
 * @see https://learn.microsoft.com/en-us/graph/search-query-parameter
 */
function parseSearch(request: Request): (entry: { readonly displayName: string }) => boolean {
  const { $search } = request.query;
  if ($search === undefined) return () => true;
  if (request.get('consistencylevel') !== 'eventual') {
    throw badRequest(
      "Request with $search query parameter only works through MSGraph with a request header of 'ConsistencyLevel: eventual'.",
    );
  }
  const [, text] = /^"displayName:((?:[^"\\]|\\["\\])*)"$/.exec(String($search)) ?? [];
  if (text === undefined) throw badRequest('Syntax error in the $search query parameter.');
  const toWords = (written: string): string[] => written.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const wanted = toWords(text);
  return ({ displayName }) => wanted.every((word) => toWords(displayName).some((each) => each.startsWith(word)));
}

/** @see https://learn.microsoft.com/en-us/graph/api/user-update */
export function createUsersApi({ cloud, tenantOf, requireRole, sendList }: GraphContext): Router {
  const router = Router();
  const find = (id: string, tenant: Tenant): DirectoryUser => {
    const user =
      tenant.users.get(id.toLowerCase()) ??
      [...tenant.users.values()].find(({ userPrincipalName }) => userPrincipalName.toLowerCase() === id.toLowerCase());
    if (user === undefined) throw notFound(id);
    return user;
  };

  const read = requireRole('User.Read.All', 'User.ReadWrite.All');
  const readMemberships = requireRole('User.Read.All', 'User.ReadWrite.All', 'GroupMember.Read.All');
  /** In OData, a cast is an advanced query, which needs `$count=true`. */
  const checkCast = ({ query }: Request): void => {
    if (query.$count !== 'true') throw badRequest('The specified cast needs $count and ConsistencyLevel.');
  };

  router.get('/users', read, (request, response) => {
    sendList(request, response, [...tenantOf(response).users.values()].map(toAll));
  });
  router.get('/groups', requireRole('GroupMember.Read.All'), (request, response) => {
    const { groupNames, groupDetails } = tenantOf(response);
    const groups = [...groupNames].map(([id, displayName]) => ({ id, displayName, ...groupDetails.get(id) }));
    sendList(request, response, groups.filter(parseSearch(request)));
  });
  router.get(
    '/groups/:id/transitiveMembers/microsoft.graph.user',
    requireRole('GroupMember.Read.All'),
    (request, response) => {
      const { groups, users } = tenantOf(response);
      const members = groups.get(String(request.params.id));
      if (members === undefined) throw notFound(String(request.params.id));
      sendList(request, response, [...users.values()].filter(({ id }) => members.has(id)).map(toAll));
    },
  );
  router.get('/users/:id/transitiveMemberOf/microsoft.graph.group', readMemberships, (request, response) => {
    checkCast(request);
    const tenant = tenantOf(response);
    const { id: userId } = find(String(request.params.id), tenant);
    const own = [...tenant.groups].filter(([, members]) => members.has(userId));
    // If the caller may not read an object, return only its id.
    const mayRead = z.array(z.string()).parse(response.locals.roles).includes('GroupMember.Read.All');
    const unread = { displayName: null, onPremisesSyncEnabled: null, isAssignableToRole: null };
    const detailsOf = (id: string) =>
      mayRead ? { displayName: tenant.groupNames.get(id) ?? '', ...tenant.groupDetails.get(id) } : {};
    const shown = own.map(([id]) => ({ id, ...unread, ...detailsOf(id) }));
    sendList(request, response, shown);
  });
  router.get('/users/:id/transitiveMemberOf/microsoft.graph.directoryRole', readMemberships, (request, response) => {
    checkCast(request);
    const tenant = tenantOf(response);
    const { id: userId } = find(String(request.params.id), tenant);
    const holders = [userId, ...[...tenant.groups].filter(([, members]) => members.has(userId)).map(([id]) => id)];
    const own = [...tenant.directoryRoles].filter(([, { members }]) => holders.some((id) => members.has(id)));
    const mayRead = z.array(z.string()).parse(response.locals.roles).includes('RoleManagement.Read.Directory');
    const shown = own.map(([id, { displayName }]) => ({ id, displayName: mayRead ? displayName : null }));
    sendList(request, response, shown);
  });
  router.get('/directoryRoles', requireRole('RoleManagement.Read.Directory'), (request, response) => {
    const roles = [...tenantOf(response).directoryRoles].map(([id, { displayName }]) => ({ id, displayName }));
    sendList(request, response, roles);
  });
  /** @see https://learn.microsoft.com/en-us/graph/api/user-list-manager */
  router.get('/users/:id/manager', read, (request, response) => {
    const { managerId } = find(String(request.params.id), tenantOf(response));
    if (managerId === undefined) throw notFound('manager');
    response.json({
      '@odata.type': '#microsoft.graph.user',
      ...toSelected(toAll(find(managerId, tenantOf(response))), request),
    });
  });
  const show = (request: Request, response: Response, id: string): void => {
    const user = toSelected(toAll(find(id, tenantOf(response))), request);
    response.json({ '@odata.context': `${cloud.url}/v1.0/$metadata#users/$entity`, ...user });
  };
  router.get('/users/:id', read, (request, response) => {
    const id = String(request.params.id);
    // In OData URLs, a dollar sign starts a query option, so an ID cannot begin with one.
    if (id.startsWith('$')) throw badRequest('The request URI is not valid.');
    show(request, response, id);
  });
  router.get(/^\/users\('([^/]+)'\)$/, read, (request, response) => {
    show(request, response, String(request.params[0]).replaceAll("''", "'"));
  });

  router.patch('/users/:id', requireRole('User.ReadWrite.All'), (request, response) => {
    const tenant = tenantOf(response);
    const user = find(String(request.params.id), tenant);
    const changes = Object.entries(changeGuard.parse(request.body));
    for (const [name, value] of changes) {
      if (!name.startsWith('extension_')) throw badRequest(`Property '${name}' is not simulated.`);
      checkExtensionValue(tenant, name, value);
    }
    for (const [name, value] of changes) {
      if (value === null) delete user.extensions[name];
      else user.extensions[name] = value;
    }
    response.status(204).end();
  });

  /** @see https://learn.microsoft.com/en-us/graph/api/profilephoto-get */
  router.get(
    '/users/:id/photo/$value',
    requireRole('ProfilePhoto.Read.All', 'User.Read.All', 'User.ReadWrite.All'),
    (request, response) => {
      const { photo, photoRefusal } = find(String(request.params.id), tenantOf(response));
      if (photoRefusal !== undefined) throw new GraphError(400, photoRefusal, 'The photo cannot be read.');
      if (photo === undefined) throw new GraphError(404, 'ImageNotFound', 'The photo wasn’t found.');
      response.type('image/jpeg').send(Buffer.from(photo));
    },
  );

  /** @see https://learn.microsoft.com/en-us/graph/api/peopleadminsettings-list-photoupdatesettings */
  router.get(
    '/admin/people/photoUpdateSettings',
    requireRole('PeopleSettings.Read.All', 'PeopleSettings.ReadWrite.All'),
    (request, response) => {
      if (request.baseUrl !== '/beta') throw notFound('photoUpdateSettings');
      response.json(tenantOf(response).photoUpdates);
    },
  );

  // This permission is the only documented one for applications.
  router.post('/users/:id/revokeSignInSessions', requireRole('User.RevokeSessions.All'), (request, response) => {
    find(String(request.params.id), tenantOf(response)).signInSessionsValidFromDateTime = new Date(
      cloud.now(),
    ).toISOString();
    response.json({ '@odata.context': `${cloud.url}/v1.0/$metadata#Edm.Boolean`, value: true });
  });
  return router;
}
