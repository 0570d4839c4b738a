import { type Request, Router } from 'express';
import { z } from 'zod';
import { badRequest, notFound } from './errors.js';
import type { GraphContext } from './graph-context.js';
import type { DirectoryUser, ExtensionProperty, Tenant } from './tenant.js';

/** Longest text a directory extension holds. */
const EXTENSION_MAX_CHARACTERS = 256;

const changeGuard = z.record(z.string(), z.unknown());

/** Every directory extension users of a tenant can have, by full name. */
export const extensionsOf = (tenant: Tenant): ReadonlyMap<string, ExtensionProperty> =>
  new Map(
    [...tenant.applications.values()]
      .flatMap(({ extensionProperties }) => [...extensionProperties.values()])
      .filter(({ targetObjects }) => targetObjects.includes('User'))
      .map((property) => [property.name, property]),
  );

/**
 * Whether a directory extension takes a value. `null` clears.
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

/**
 * The users API: read by id or user principal name, change partly.
 * @see https://learn.microsoft.com/en-us/graph/api/user-update
 */
export function createUsersApi({ cloud, tenantOf, requireRole }: GraphContext): Router {
  const router = Router();
  const find = (request: Request, tenant: Tenant): DirectoryUser => {
    const id = String(request.params.id);
    const user =
      tenant.users.get(id.toLowerCase()) ??
      [...tenant.users.values()].find(({ userPrincipalName }) => userPrincipalName.toLowerCase() === id.toLowerCase());
    if (user === undefined) throw notFound(id);
    return user;
  };

  router.get('/:id', requireRole('User.Read.All', 'User.ReadWrite.All'), (request, response) => {
    const { extensions, ...builtIn } = find(request, tenantOf(response));
    const all: Record<string, unknown> = { ...builtIn, ...extensions };
    const wanted = String(request.query.$select ?? 'id,displayName,mail,userPrincipalName').split(',');
    const selected = Object.entries(all).filter(([name]) => wanted.includes(name));
    response.json({
      '@odata.context': `${cloud.url}/v1.0/$metadata#users(${wanted.join(',')})/$entity`,
      ...Object.fromEntries(selected),
    });
  });

  router.patch('/:id', requireRole('User.ReadWrite.All'), (request, response) => {
    const tenant = tenantOf(response);
    const user = find(request, tenant);
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
  return router;
}
