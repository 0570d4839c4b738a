import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express, { type RequestHandler, Router } from 'express';
import { serve } from '../serve.js';
import { coreSchema, createDirectory, type Directory, listSchema } from './directory.js';
import { answerError, createUsersApi, ScimError, sendList, sendScim } from './users.js';

/** Writes schema keywords as WSO2 does, such as `READ_WRITE`. */
const toPlain = (schema: object): object =>
  JSON.parse(
    JSON.stringify(schema).replace(
      /"(mutability|returned|uniqueness)":"(\w+)"/g,
      (_, name, word) => `"${name}":"${word.replace(/[A-Z]/g, '_$&').toUpperCase()}"`,
    ),
  );

/** Creates the discovery API (RFC 7644, section 4). */
function createDiscoveryApi(directory: Directory): Router {
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

const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Creates the groups API (RFC 7643, section 4.2); groups contain all members. */
function createGroupsApi({ groups }: Directory): Router {
  const router = Router();
  const show = (id: string, { displayName, members }: { displayName: string; members: readonly string[] }) => ({
    schemas: [groupSchema],
    id,
    displayName,
    members: members.map((value) => ({ value, type: 'User' })),
  });
  router.get('/', (request, response) => {
    const [, operator, written] =
      /^displayName (eq|co) ("(?:[^"\\]|\\.)*")$/i.exec(String(request.query.filter ?? '')) ?? [];
    if (written === undefined) throw new ScimError(400, 'invalidFilter', 'The filter is not understood');
    const text: string = JSON.parse(written);
    const isHit = (name: string): boolean =>
      operator?.toLowerCase() === 'co' ? name.toLowerCase().includes(text.toLowerCase()) : name === text;
    const named = [...groups].filter(([, { displayName }]) => isHit(displayName));
    const views = named.map(([id, group]) => show(id, group));
    sendList(response, 1, views.length, views);
  });
  router.get('/:id', (request, response) => {
    const group = groups.get(request.params.id);
    if (group === undefined) throw new ScimError(404, null, 'Not found');
    sendScim(response, 200, show(request.params.id, group));
  });
  return router;
}

const accessTokenSec = 60;

interface ScimOptions {
  readonly now?: () => number;
  readonly port?: number;
  /** Application that signs its users in at facestep. */
  readonly portal?: Router;
}

export async function startScimSimulator({ now = Date.now, port = 0, portal = Router() }: ScimOptions = {}) {
  const directory = createDirectory();
  const bearer = randomBytes(24).toString('base64url');
  const basic = { user: 'face step', password: 'pa:ß wörd' };
  const client = { id: 'face+step', secret: 'a+secret/of:the client' };
  const toBasic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  const requireCredentials: RequestHandler = (request, _response, next) => {
    const given = request.get('authorization') ?? '';
    const expiresAt = directory.accessTokens.get(given.replace(/^Bearer /, '')) ?? 0;
    const isKnown = given === `Bearer ${bearer}` || given === toBasic(basic.user, basic.password) || now() < expiresAt;
    if (!isKnown) throw new ScimError(401, null, 'Authorization failure');
    next();
  };

  const app = express();
  app.post('/oauth/token', express.urlencoded({ extended: false }), (request, response) => {
    const expected = toBasic(encodeURIComponent(client.id), encodeURIComponent(client.secret));
    if (request.get('authorization') !== expected || request.body.grant_type !== 'client_credentials') {
      response.status(401).json({ error: 'invalid_client' });
      return;
    }
    const token = randomBytes(24).toString('base64url');
    directory.accessTokens.set(token, now() + accessTokenSec * 1000);
    response.json({ access_token: token, token_type: 'Bearer', expires_in: accessTokenSec });
  });
  app.use(portal);
  let asked = 0;
  app.use((_request, response, next) => {
    asked += 1;
    if (directory.throttleEvery === 0 || asked % directory.throttleEvery !== 0) return next();
    response.set('Retry-After', '0');
    next(new ScimError(429, null, 'Too many requests'));
  });
  let origin = '';
  app.use('/scim/v2', requireCredentials, createDiscoveryApi(directory));
  app.use('/scim/v2/Groups', createGroupsApi(directory));
  app.use(
    '/scim/v2/Users',
    createUsersApi(directory, () => `${origin}/scim/v2`),
  );
  app.use((_request, _response, next) => next(new ScimError(404, null, 'Not found')));
  app.use(answerError);

  const { host, close } = await serve(createServer(app), { port });
  origin = `http://${host}`;
  return {
    url: origin,
    baseUrl: `${origin}/scim/v2`,
    tokenUrl: `${origin}/oauth/token`,
    bearer,
    basic,
    client,
    directory,
    addUser(userName: string): string {
      const id = randomUUID();
      const emails = [{ value: 'other@example.com' }, { value: userName, primary: true }];
      directory.users.set(id, { id, userName, emails, details: {}, extensions: new Map(), active: true });
      return id;
    },
    close,
  };
}
