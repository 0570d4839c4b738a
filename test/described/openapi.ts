import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Exchange } from '../../support/servers/exchanges.js';
import { createSchemas, type Direction, type Schema, schemaGuard } from './json-schema.js';
import type { Judgement } from './judgement.js';

const parameterGuard = z.object({
  name: z.string(),
  in: z.enum(['query', 'path', 'header', 'cookie']),
  required: z.boolean().optional(),
  schema: schemaGuard.optional(),
});
const contentGuard = z.record(z.string(), z.object({ schema: schemaGuard.optional() }));
const refGuard = z.object({ $ref: z.string() });
const parametersGuard = z.array(z.union([refGuard, parameterGuard])).optional();
const bodyGuard = z.object({ content: contentGuard.optional(), required: z.boolean().optional() });
const operationGuard = z.object({
  parameters: parametersGuard,
  requestBody: z.union([refGuard, bodyGuard]).optional(),
  responses: z.record(z.string(), z.union([refGuard, bodyGuard])),
});
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const pathGuard = z.object({
  parameters: parametersGuard,
  ...Object.fromEntries(methods.map((name) => [name, operationGuard.optional()])),
});
const descriptionGuard = z.object({
  paths: z.record(z.string(), z.unknown()),
  'x-webhooks': z.record(z.string(), z.unknown()).optional(),
  components: z.object({
    schemas: z.record(z.string(), schemaGuard),
    parameters: z.record(z.string(), parameterGuard),
    responses: z.record(z.string(), bodyGuard),
    requestBodies: z.record(z.string(), bodyGuard).optional(),
  }),
});

export type Description = z.output<typeof descriptionGuard>;
type Operation = z.output<typeof operationGuard>;
type Parameter = z.output<typeof parameterGuard>;
type Body = z.output<typeof bodyGuard>;
type Referred = Body | z.output<typeof refGuard> | undefined;

export const readDescription = (file: string): Description =>
  descriptionGuard.parse(parse(gunzipSync(readFileSync(file)).toString(), { maxAliasCount: -1 }));

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => z.iso.datetime({ offset: true }).safeParse(text).success,
  date: (text) => z.iso.date().safeParse(text).success,
  uri: (text) => URL.canParse(text),
  url: (text) => URL.canParse(text),
  email: (text) => text.includes('@'),
};

export function createCallJudge({ paths, 'x-webhooks': webhooks = {}, components }: Description) {
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateSchema: false });
  for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, validate);
  for (const name of ['int32', 'int64', 'password', 'byte', 'uri-reference', 'hostname']) ajv.addFormat(name, true);
  const { toJsonSchema } = createSchemas(components.schemas, (key, schema) => void ajv.addSchema(schema, key));
  const compiled = new Map<Schema, Map<Direction, ValidateFunction>>();

  const check = (schema: Schema, direction: Direction, value: unknown, where: string): string[] => {
    const known = compiled.get(schema) ?? new Map<Direction, ValidateFunction>();
    compiled.set(schema, known);
    const validate = known.get(direction) ?? ajv.compile(toJsonSchema(schema, direction));
    known.set(direction, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message = '', params }) => `${where}${instancePath}: ${message} ${JSON.stringify(params)}`,
    );
  };

  const resolveParameters = (given: z.output<typeof parametersGuard>): Parameter[] =>
    (given ?? []).map((entry) => {
      if (!('$ref' in entry)) return entry;
      const found = components.parameters[entry.$ref.replace('#/components/parameters/', '')];
      if (found === undefined) throw new Error(`no parameter ${entry.$ref}`);
      return found;
    });

  const templates = Object.keys(paths).map((path) => ({
    path,
    // A literal path takes precedence over one with variables.
    variables: path.split('{').length,
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));

  const find = (method: string, path: string) => {
    const candidates = templates.filter(({ pattern }) => pattern.test(path));
    for (const { path: template } of candidates.toSorted((a, b) => a.variables - b.variables)) {
      const item = pathGuard.parse(paths[template]);
      const operation = operationGuard.optional().parse(Reflect.get(item, method.toLowerCase()));
      if (operation !== undefined) {
        const parameters = [...resolveParameters(item.parameters), ...resolveParameters(operation.parameters)];
        return { name: `${method} ${template}`, operation, parameters };
      }
    }
    return null;
  };

  const checkQuery = (parameters: readonly Parameter[], query: URLSearchParams): string[] => {
    const described = parameters.filter((parameter) => parameter.in === 'query');
    const unknown = [...query.keys()].filter((name) => !described.some((parameter) => parameter.name === name));
    return [
      ...unknown.map((name) => `query: unknown ${name}`),
      ...described.flatMap(({ name, required, schema = {} }) => {
        const text = query.get(name);
        if (text === null) return required === true ? [`query: ${name} is missing`] : [];
        const isFlag = schema.type === 'boolean' && /^(?:true|false)$/.test(text);
        const isNumber = ['integer', 'number'].includes(String(schema.type));
        const value = isFlag ? text === 'true' : isNumber ? Number(text) : text;
        return check(schema, 'request', value, `query ${name}`);
      }),
    ];
  };

  const checkBody = (
    { content = {}, required = false }: Body,
    direction: Direction,
    { body, type }: { readonly body: string; readonly type: string },
  ): string[] => {
    if (body === '') return required ? [`${direction}: a body is missing`] : [];
    const [mediaType = ''] = type.split(';');
    const described = content[mediaType];
    if (described === undefined) return [`${direction}: a body of type ${mediaType}, which is not described`];
    if (described.schema === undefined) return [];
    return check(described.schema, direction, mediaType.includes('json') ? JSON.parse(body) : body, direction);
  };

  const resolve = (body: Referred, shared: Readonly<Record<string, Body>>): Body | undefined =>
    body !== undefined && '$ref' in body ? shared[body.$ref.split('/').at(-1) ?? ''] : body;

  const checkBodies = ({ requestBody, responses }: Operation, { request, response }: Exchange): string[] => {
    const described = resolve(responses[String(response.status)], components.responses);
    const taken = resolve(requestBody, components.requestBodies ?? {});
    const sent = { body: request.body, type: String(request.headers['content-type'] ?? '') };
    const got = { body: response.body, type: String(response.headers['content-type'] ?? '') };
    return [
      ...checkBody(taken ?? {}, 'request', sent),
      ...(described === undefined
        ? [`response: the status ${response.status} is not described`]
        : checkBody({ ...described, required: Object.keys(described.content ?? {}).length > 0 }, 'response', got)),
    ];
  };

  return {
    judge(exchange: Exchange): Judgement {
      const found = find(exchange.method, exchange.path);
      if (found === null) return { operation: null, differences: [] };
      const { name, operation, parameters } = found;
      return {
        operation: name,
        differences: [...checkQuery(parameters, exchange.query), ...checkBodies(operation, exchange)],
      };
    },
    judgeHook(name: string, exchange: Exchange): Judgement {
      const item = z.object({ post: operationGuard }).parse(webhooks[name]);
      return { operation: `hook ${name}`, differences: checkBodies(item.post, exchange) };
    },
  };
}
