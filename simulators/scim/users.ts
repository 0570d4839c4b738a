import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { Refused } from '../serve.js';
import { type Directory, type DirectoryUser, findAttribute, listSchema, toView } from './directory.js';

export class ScimError extends Refused {}

/** Sends a reply with SCIM's media type (RFC 7644, section 8.1). */
export function sendScim(response: Response, status: number, body: object): void {
  response.status(status).type('application/scim+json').send(JSON.stringify(body));
}

/** Sends a page of a list, without the member `Resources` if it is empty. */
export function sendList(response: Response, startIndex: number, totalResults: number, page: readonly object[]): void {
  const Resources = page.length === 0 ? undefined : page;
  sendScim(response, 200, { schemas: [listSchema], totalResults, itemsPerPage: page.length, startIndex, Resources });
}

/** Express recognizes error handlers by four parameters. */
export const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  const known =
    error instanceof ScimError
      ? error
      : error instanceof SyntaxError
        ? new ScimError(400, 'invalidSyntax', 'The request body is not JSON')
        : new ScimError(500, null, 'Internal error');
  sendScim(response, known.status, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    ...(known.code === null ? {} : { scimType: known.code }),
    detail: known.message,
    status: String(known.status),
  });
};

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const queryGuard = z.object({
  filter: z.string().optional(),
  attributes: z.string().default(''),
  count: z.coerce.number().int().min(0).default(100),
  startIndex: z.coerce.number().int().min(1).default(1),
});

const patchGuard = z.object({
  schemas: z.array(z.literal(patchSchema)).length(1),
  Operations: z
    .array(
      z.strictObject({
        op: z
          .string()
          .transform((op) => op.toLowerCase())
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1),
});

const valuesOf: Readonly<Record<string, (user: DirectoryUser) => readonly string[]>> = {
  username: ({ userName }) => [userName],
  'emails.value': ({ emails }) => emails.map(({ value }) => value),
  'name.givenname': ({ name }) => (name === undefined ? [] : [name.givenName]),
  'name.familyname': ({ name }) => (name === undefined ? [] : [name.familyName]),
};

const notUnderstood = () => new ScimError(400, 'invalidFilter', 'The filter is not understood');

/** Parses `path eq "…"` and `path sw "…"` with a JSON value (RFC 7644, section 3.4.2.2); nothing else is supported. */
function parseFilter(filter: string): (user: DirectoryUser) => boolean {
  const [, path = '', operator = '', written = ''] =
    /^\s*([\w.]+)\s+(eq|sw)\s+("(?:[^"\\\p{Cc}]|\\.)*")\s*$/iu.exec(filter) ?? [];
  const read = valuesOf[path.toLowerCase()];
  if (read === undefined) throw notUnderstood();
  const wanted = parseValue(written).toLowerCase();
  const isHit = (value: string): boolean =>
    operator.toLowerCase() === 'eq' ? value === wanted : value.startsWith(wanted);
  return (user) => read(user).some((value) => isHit(value.toLowerCase()));
}

function parseValue(written: string): string {
  try {
    return z.string().parse(JSON.parse(written));
  } catch {
    throw notUnderstood();
  }
}

export function createUsersApi(directory: Directory, baseUrl: () => string): Router {
  const router = Router();
  const findUser = (request: Request): DirectoryUser => {
    const user = directory.users.get(String(request.params.id));
    if (user === undefined) throw new ScimError(404, null, `Resource ${request.params.id} not found`);
    return user;
  };
  const askedIn = (request: Request): string[] =>
    queryGuard
      .parse(request.query)
      .attributes.split(',')
      .filter((name) => name !== '');
  const show = (request: Request, response: Response, user: DirectoryUser): void =>
    sendScim(response, 200, toView(directory, user, askedIn(request), baseUrl()));

  router.use(express.json({ type: ['application/scim+json', 'application/json'], limit: '1mb' }));
  router.use((request, _response, next) => {
    if (request.method === 'PATCH' && !request.is(['application/scim+json', 'application/json'])) {
      throw new ScimError(415, null, 'Expected application/scim+json');
    }
    next();
  });

  router.get('/', (request, response) => {
    const { filter, count, startIndex } = queryGuard.parse(request.query);
    const isWanted = filter === undefined ? () => true : parseFilter(filter);
    const found = [...directory.users.values()].filter(isWanted);
    const page = found.slice(startIndex - 1, startIndex - 1 + count);
    const views = page.map((user) => toView(directory, user, askedIn(request), baseUrl()));
    sendList(response, startIndex, directory.countsPageAlone ? page.length : found.length, views);
  });
  router.get('/:id', (request, response) => show(request, response, findUser(request)));
  router.patch('/:id', (request, response) => {
    const user = findUser(request);
    const body = patchGuard.safeParse(request.body);
    if (!body.success) throw new ScimError(400, 'invalidSyntax', 'Expected a PatchOp');
    const changes = body.data.Operations.map((operation) => toChange(directory, user, operation));
    // All changes are valid here, so either all are applied or none.
    for (const change of changes) change();
    show(request, response, user);
  });
  return router;
}

type PatchOperation = z.output<typeof patchGuard>['Operations'][number];

function toChange(directory: Directory, user: DirectoryUser, operation: PatchOperation): () => void {
  const { op, path, value } = operation;
  if (path === undefined) return toPathlessChange(directory, user, operation);
  if (directory.splitsPathsAtDots) return toSplitChange(directory, user, operation);
  if (!directory.takesUrnPaths) throw new ScimError(400, 'invalidPath', `The path ${path} is not understood`);
  const found = requireAttribute(directory, path);
  if (op === 'remove') {
    if (!user.extensions.get(found.schema)?.has(found.attribute.name)) {
      throw new ScimError(400, 'noTarget', `${path} has no value`);
    }
    return toWrite(directory, user, found, null);
  }
  return toWrite(directory, user, found, value);
}

/** Splits a path at its first dot. A dot between digits does not count, such as in the version 2.0 of a schema URN. */
function toSplitChange(directory: Directory, user: DirectoryUser, operation: PatchOperation): () => void {
  const { op, path = '', value } = operation;
  const [schema = '', name] = path.split(/(?!\d)\.(?!\d)/);
  if (name === undefined || !directory.extensions.has(schema)) {
    throw new ScimError(400, 'invalidValue', `Unrecognized field "${path}"`);
  }
  if (op === 'replace' && !user.extensions.has(schema)) throw new ScimError(500, null, 'Technical error');
  return toWrite(directory, user, requireAttribute(directory, `${schema}:${name}`), op === 'remove' ? null : value);
}

/**
 * Reads a change without a path. Its value is a partial user, whose extensions are objects under their URNs (RFC 7643,
 * section 3.3).
 */
function toPathlessChange(directory: Directory, user: DirectoryUser, { op, value }: PatchOperation): () => void {
  if (!directory.takesPathlessChanges || op === 'remove') throw new ScimError(400, 'noTarget', 'Expected a path');
  const parts = z.record(z.string(), z.record(z.string(), z.unknown())).safeParse(value);
  if (!parts.success) throw new ScimError(400, 'invalidValue', 'Expected extensions of a user');
  const writes = Object.entries(parts.data).flatMap(([schema, attributes]) =>
    Object.entries(attributes).map(([name, each]) =>
      toWrite(directory, user, requireAttribute(directory, `${schema}:${name}`), each),
    ),
  );
  return () => {
    if (directory.splitsPathsAtDots) for (const schema of Object.keys(parts.data)) user.extensions.delete(schema);
    for (const write of writes) write();
  };
}

function requireAttribute(directory: Directory, path: string) {
  const found = findAttribute(directory, path);
  if (found === null) throw new ScimError(400, 'invalidPath', `No attribute has the path ${path}`);
  if (found.attribute.mutability !== 'readWrite') throw new ScimError(400, 'mutability', `${path} cannot be changed`);
  return found;
}

/** Returns the change of a value; `null` removes it (RFC 7643, section 2.5). */
function toWrite(
  directory: Directory,
  user: DirectoryUser,
  { schema, attribute }: ReturnType<typeof requireAttribute>,
  value: unknown,
): () => void {
  const { name, caseExact } = attribute;
  if (value !== null && typeof value !== 'string') throw new ScimError(400, 'invalidValue', `${name} is a string`);
  return () => {
    const values = user.extensions.get(schema) ?? new Map<string, string>();
    user.extensions.set(schema, values);
    if (value === null) values.delete(name);
    else values.set(name, (caseExact ? value : value.toLowerCase()).slice(0, directory.attributeMaxCharacters));
  };
}
