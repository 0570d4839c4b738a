import { hookPath } from '../../adapters/hook.js';
import type { JsonObject } from '../base/json.js';
import { describeRefusals } from './describe-refusals.js';
import { ssfPathItems } from './describe-ssf.js';
import { asJson } from './json-schema.js';

/** An address as OpenAPI writes it. */
export const toTemplate = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

const okSchema: JsonObject = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };

const operational = (
  operationId: string,
  summary: string,
  schema: JsonObject,
  also: Record<string, JsonObject> = {},
): JsonObject => ({
  operationId,
  tags: ['Operations'],
  summary,
  security: [],
  responses: {
    200: { description: 'Done.', content: asJson(schema) },
    ...describeRefusals(['method_not_allowed', 'internal']),
    ...also,
  },
});

/** What keeps a server from taking work: no refusal, as nobody asked for any. */
const unready: Record<string, JsonObject> = {
  503: {
    description: 'Not now.',
    content: asJson({
      type: 'object',
      properties: {
        ok: { const: false },
        unready: { type: 'array', items: { type: 'string' }, description: 'The parts that cannot.' },
      },
      required: ['ok', 'unready'],
    }),
  },
};

/** What is there as far as the configuration asks for it. */
const absent = describeRefusals(['not_found']);

/** What is no part of the API proper. */
export const operationalPaths: Record<string, JsonObject> = {
  '/': { get: operational('welcome', '«ours» What this server is, and where to go; a page for browsers', okSchema) },
  '/healthz': { get: operational('health', '«ours» Whether the process answers', okSchema) },
  '/readyz': {
    get: operational('readiness', '«ours» Whether the process can take work; 503 where not', okSchema, unready),
  },
  '/readyz/replica': {
    get: operational(
      'replicaReadiness',
      '«ours» Whether requests are to be sent to this replica; 503 where not',
      okSchema,
      unready,
    ),
  },
  '/openapi.json': { get: operational('description', '«ours» This description', { type: 'object' }) },
  '/catalogue': {
    get: operational(
      'catalogue',
      '«ours» This description as a page for people',
      {},
      {
        200: { description: 'Done.', content: { 'text/html': { schema: { type: 'string' } } } },
      },
    ),
  },
  '/.well-known/jwks.json': {
    get: operational(
      'receiptKeys',
      '«ours» The keys that receipts are signed with (RFC 7517)',
      {
        type: 'object',
        properties: { keys: { type: 'array', items: { type: 'object' } } },
        required: ['keys'],
      },
      describeRefusals(['key_service_unavailable']),
    ),
  },
  '/.well-known/ssf-configuration': {
    get: operational('transmitter', '«ours» The transmitter of security events (SSF)', { type: 'object' }, absent),
  },
  '/.well-known/oauth-authorization-server': {
    get: operational(
      'authorizationServer',
      '«ours» Where receivers get access tokens (RFC 8414)',
      { type: 'object' },
      absent,
    ),
  },
  ...ssfPathItems,
  '/oidc/{connection}/.well-known/openid-configuration': {
    get: {
      ...operational(
        'discovery',
        '«ours» The OpenID provider of a connection; it describes itself',
        { type: 'object' },
        absent,
      ),
      parameters: [{ name: 'connection', in: 'path', required: true, schema: { type: 'string' } }],
    },
  },
  [toTemplate(hookPath)]: {
    post: {
      ...operational('hook', '«ours» Where identity providers call; see each adapter’s README', {}, absent),
      parameters: ['connection', 'hook'].map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
    },
  },
};
