import { z } from 'zod';
import { otherRoutes } from '../../src/app/describe-operations.js';
import { photoCodes } from '../../src/errors.js';
import { describeApi } from '../../src/http/rest/openapi.js';
import { createDescribedEndpoints } from './described-endpoints.js';
import { type Field, fieldsOf, joinBlocks, parseSchema, schemaGuard, toTable, toText, typeOf } from './markdown.js';

const bodyGuard = z.object({ content: z.record(z.string(), z.object({ schema: z.unknown().optional() })) });
const parameterGuard = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  description: z.string().default(''),
  schema: schemaGuard,
});
const operationGuard = z.object({
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string().default(''),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
  parameters: z.array(z.union([parameterGuard, z.object({ $ref: z.string() })])).default([]),
  requestBody: bodyGuard.optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string().default(''), content: bodyGuard.shape.content.default({}) }),
  ),
});
type Operation = z.output<typeof operationGuard>;

const apiGuard = z.object({
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operationGuard)),
});

/** Any operation may return these codes, so the page lists them once. */
const commonCodes: readonly string[] = [
  'request_malformed',
  'field_unknown',
  'body_too_large',
  'media_type_unsupported',
  'method_not_allowed',
  'caller_untrusted',
  'scope_missing',
  'role_missing',
  'quota_exceeded',
  'overloaded',
  'state_unavailable',
  'internal',
];

const toLinks = (codes: readonly string[]): string => codes.map((code) => `[${code}](errors.md#${code})`).join(', ');

function renderCodes(codes: readonly string[]): string {
  const own = codes.filter((code) => !commonCodes.includes(code));
  const ofPhotos = own.filter((code) => photoCodes.some((each) => each === code));
  const hasAll = ofPhotos.length === photoCodes.length;
  const listed = toLinks(hasAll ? own.filter((code) => !ofPhotos.includes(code)) : own);
  const parts = [...(hasAll ? ['those of [photos](errors.md#photos)'] : []), ...(listed === '' ? [] : [listed])];
  return parts.length === 0 ? '' : `Errors: ${parts.join(', ')}.`;
}

const credentials: Readonly<Record<string, string>> = {
  clientToken: 'a client token in `X-Auth-Token`',
  accessToken: 'an access token as bearer token in `Authorization`',
  adminKey: 'an administrator’s key in `X-Admin-Key`',
  consoleSession: 'a session of the console',
  streamKey: 'a client token as bearer token in `Authorization`',
  pageSession: 'the session of a capture page as bearer token in `Authorization`',
};

const credentialOf = ({ security }: Operation): string => {
  const names = security.flatMap((each) => Object.keys(each));
  return names.length === 0 ? 'none' : names.map((name) => credentials[name] ?? `\`${name}\``).join(' or ');
};

const toFields = (fields: readonly Field[], isBody: boolean) =>
  fields.map(({ path, schema, isRequired }) => [
    `\`${path}\``,
    typeOf(schema),
    ...(isBody ? [isRequired ? 'yes' : 'no'] : []),
    toText(schema.description ?? ''),
  ]);

const titled = (title: string, text: string): string => (text === '' ? '' : `${title}:\n\n${text}`);

const schemaOf = (content: Record<string, { readonly schema?: unknown }>) =>
  parseSchema(
    (content['multipart/form-data'] ?? content['application/json'] ?? content['application/x-ndjson'])?.schema ?? {},
  );

/** For each large object's schema, a link to the operation that lists the object's fields. */
type Listed = Map<string, string>;

/** Replaces the fields of a large object by a link if another operation already lists them. */
function listOnce(fields: readonly Field[], heading: string, listed: Listed): Field[] {
  const anchor = heading
    .toLowerCase()
    .replace(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-');
  const left = new Set<string>();
  return fields.flatMap((field) => {
    if ([...left].some((path) => field.path.startsWith(`${path}.`) || field.path.startsWith(`${path}[]`))) return [];
    const inner = fields.filter(({ path }) => path.startsWith(`${field.path}.`) || path.startsWith(`${field.path}[]`));
    if (inner.length < 8) return [field];
    const key = JSON.stringify(field.schema);
    const known = listed.get(key);
    if (known === undefined) {
      listed.set(key, `[${heading}](#${anchor})`);
      return [field];
    }
    left.add(field.path);
    const description = `${field.schema.description ?? ''} Fields as in ${known}.`.trim();
    return [{ ...field, schema: { ...field.schema, description } }];
  });
}

const mark = /^«extension» /;

function renderOperation(method: string, path: string, operation: Operation, listed: Listed): string[] {
  const heading = `${method.toUpperCase()} ${path}`;
  const parameters = operation.parameters.flatMap((each) => ('name' in each ? [each] : []));
  const replies = Object.entries(operation.responses);
  const [status, success] = replies.find(([code]) => code.startsWith('2')) ?? [];
  const codes = replies
    .filter(([code]) => !code.startsWith('2'))
    .flatMap(([, { description }]) => [...description.matchAll(/^`(\w+)`:/gm)].map(([, code = '']) => code));
  return [
    `### ${heading}`,
    toText(`${operation.summary.replace(mark, '')}.`),
    toText(operation.description.replace(mark, '')),
    `Credential: ${credentialOf(operation)}.`,
    titled(
      'Parameters',
      toTable(
        ['name', 'in', 'type', 'description'],
        parameters.map((each) => [
          `\`${each.name}\``,
          each.in,
          typeOf(each.schema),
          toText(each.description || (each.schema.description ?? '')),
        ]),
      ),
    ),
    titled(
      'Request body',
      toTable(
        ['field', 'type', 'required', 'description'],
        toFields(
          operation.requestBody === undefined ? [] : fieldsOf(schemaOf(operation.requestBody.content)),
          true,
        ).filter(([name]) => name !== '`auth_token`'),
      ),
    ),
    titled(
      `Reply ${status ?? ''}`.trim(),
      toTable(
        ['field', 'type', 'description'],
        toFields(
          success === undefined ? [] : listOnce(fieldsOf(schemaOf(success.content)), heading, listed),
          false,
        ).filter(([name]) => name !== '`ok`'),
      ),
    ),
    renderCodes(codes),
  ];
}

export async function renderApi(): Promise<string> {
  const { tags, paths } = apiGuard.parse(describeApi(await createDescribedEndpoints(), otherRoutes));
  const listed: Listed = new Map();
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return joinBlocks([
    '# API reference',
    'Every operation of the REST API with its credential, fields, replies and error codes. [The REST API](../api.md) explains addresses, versions and credentials.',
    'The server publishes the same description as OpenAPI 3.1 at `GET /openapi.json`. Every reply has `ok`, and every operation with a client token also accepts the token as the field `auth_token`. “Extension” marks parts that the published Facenition API does not have.',
    `Any operation can also return ${toLinks(commonCodes)}, as far as they apply. Only other codes are listed below.`,
    ...tags.flatMap(({ name, description }) => [
      `## ${name}`,
      toText(description),
      ...operations
        .filter(({ operation }) => operation.tags[0] === name)
        .flatMap(({ method, path, operation }) => renderOperation(method, path, operation, listed)),
    ]),
  ]);
}
