import { Router } from 'express';
import { coreSchema, type Directory, listSchema } from './directory.js';
import { ScimError, sendScim } from './errors.js';

/** Writes schema keywords as WSO2 does, such as `READ_WRITE`. */
const toPlain = (schema: object): object =>
  JSON.parse(
    JSON.stringify(schema).replace(
      /"(mutability|returned|uniqueness)":"(\w+)"/g,
      (_, name, word) => `"${name}":"${word.replace(/[A-Z]/g, '_$&').toUpperCase()}"`,
    ),
  );

/** Creates the discovery API (RFC 7644, section 4). */
export function createDiscoveryApi(directory: Directory): Router {
  const router = Router();
  const notFound = (): ScimError => new ScimError(404, null, 'Not found');
  const toSchema = (id: string, attributes: readonly object[]): object => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name: id.split(':').at(-1),
    attributes,
    meta: { resourceType: 'Schema' },
  });
  const listSchemas = (): Map<string, object> => {
    if (!directory.servesSchemas) throw notFound();
    const core = toSchema(coreSchema, [
      { name: 'userName', type: 'string', multiValued: false, caseExact: false },
      { name: 'groups', type: 'complex', multiValued: true, mutability: 'readOnly' },
    ]);
    const extensions = [...directory.extensions].map(([id, list]): [string, object] => [id, toSchema(id, list)]);
    return new Map([[coreSchema, core], ...extensions]);
  };

  router.get('/ServiceProviderConfig', (_request, response) => {
    const no = { supported: false };
    sendScim(response, 200, {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { ...no, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: 200 },
      changePassword: no,
      sort: no,
      etag: no,
      authenticationSchemes: [],
    });
  });
  router.get('/Schemas', (_request, response) => {
    const all = [...listSchemas().values()];
    if (directory.tellsPlainSchemas) return sendScim(response, 200, all.map(toPlain));
    sendScim(response, 200, { schemas: [listSchema], totalResults: all.length, Resources: all });
  });
  router.get('/Schemas/:id', (request, response) => {
    const schema = listSchemas().get(request.params.id);
    if (schema === undefined)
      throw directory.tellsPlainSchemas ? new ScimError(501, null, 'Not supported') : notFound();
    sendScim(response, 200, directory.tellsPlainSchemas ? [toPlain(schema)] : schema);
  });
  router.get('/ResourceTypes/User', (_request, response) => {
    if (!directory.servesSchemas || directory.tellsPlainSchemas) throw notFound();
    sendScim(response, 200, {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      schema: coreSchema,
      schemaExtensions: [...directory.extensions.keys()].map((schema) => ({ schema, required: false })),
    });
  });
  return router;
}
