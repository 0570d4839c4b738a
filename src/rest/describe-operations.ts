import { hookPath } from '../../adapters/hook.js';
import type { JsonObject } from '../base/json.js';
import { describeRefusals } from './describe-refusals.js';
import { ssfPathItems } from './describe-ssf.js';
import { asJson } from './json-schema.js';

/** Converts a path to OpenAPI's template syntax. */
export const toTemplate = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

const okSchema: JsonObject = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };

const operational = (
  operationId: string,
  { summary, description }: { readonly summary: string; readonly description: string },
  schema: JsonObject,
  also: Record<string, JsonObject> = {},
): JsonObject => ({
  operationId,
  tags: ['Operations'],
  summary: `«ours» ${summary}`,
  description,
  security: [],
  responses: {
    200: { description: 'Done.', content: asJson(schema) },
    ...describeRefusals(['method_not_allowed', 'internal']),
    ...also,
  },
});

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

const absent = describeRefusals(['not_found']);

export const operationalPaths: Record<string, JsonObject> = {
  '/': {
    get: operational(
      'welcome',
      {
        summary: 'Get a description of this server',
        description:
          'Answers with JSON, or with a page if `Accept` asks for HTML. Names the documentation, the catalogue and the addresses that check the health of the server.',
      },
      okSchema,
    ),
  },
  '/healthz': {
    get: operational(
      'health',
      {
        summary: 'Check that the process is alive',
        description:
          'Checks nothing else, neither the engine nor the state store. Use it as the liveness probe of an orchestrator.',
      },
      okSchema,
    ),
  },
  '/readyz': {
    get: operational(
      'readiness',
      {
        summary: 'Check that the service is ready; 503 if not',
        description:
          'Checks the engine, and the stores and services that all replicas share. Use it for monitoring. A load balancer asks `/readyz/replica`, or an outage of a shared store takes out all replicas.',
      },
      okSchema,
      unready,
    ),
  },
  '/readyz/replica': {
    get: operational(
      'replicaReadiness',
      {
        summary: 'Check that this replica is ready; 503 if not',
        description:
          'Checks only what this replica has to itself, such as the engine. Use it as the readiness probe and as the health check of a load balancer.',
      },
      okSchema,
      unready,
    ),
  },
  '/openapi.json': {
    get: operational(
      'description',
      {
        summary: 'This description',
        description:
          'The OpenAPI 3.1 description of the whole REST API, made from the schemas that validate the requests. Clients can be generated from it.',
      },
      { type: 'object' },
    ),
  },
  '/catalogue': {
    get: operational(
      'catalogue',
      {
        summary: 'This description as a page for people',
        description:
          'Lists every endpoint with its fields, its refusals and an example of a call with curl. It is HTML without scripts.',
      },
      {},
      {
        200: { description: 'Done.', content: { 'text/html': { schema: { type: 'string' } } } },
      },
    ),
  },
  '/.well-known/jwks.json': {
    get: operational(
      'receiptKeys',
      {
        summary: 'Get the public keys of receipts (RFC 7517)',
        description:
          'Verify receipts with the key that the `kid` in their header names. A rotation adds the new key here before it signs, and keeps the former one until no valid receipt needs it.',
      },
      {
        type: 'object',
        properties: { keys: { type: 'array', items: { type: 'object' } } },
        required: ['keys'],
      },
      describeRefusals(['key_service_unavailable']),
    ),
  },
  '/.well-known/ssf-configuration': {
    get: operational(
      'transmitter',
      {
        summary: 'The transmitter of security events (SSF)',
        description:
          'The transmitter configuration metadata of the Shared Signals Framework: the issuer, the keys, the ways of delivery and the addresses of the stream endpoints. A receiver needs this address alone. 404 if security events are not configured.',
      },
      { type: 'object' },
      absent,
    ),
  },
  '/.well-known/oauth-authorization-server': {
    get: operational(
      'authorizationServer',
      {
        summary: 'Where receivers get access tokens (RFC 8414)',
        description:
          'The metadata of the authorization server for receivers of security events: the address `/ssf/token`, and the grant and scopes that it takes. 404 if security events are not configured.',
      },
      { type: 'object' },
      absent,
    ),
  },
  ...ssfPathItems,
  '/oidc/{connection}/.well-known/openid-configuration': {
    get: {
      ...operational(
        'discovery',
        {
          summary: 'The OpenID provider of a connection; it describes itself',
          description:
            'The discovery document of OpenID Connect: the issuer, and the addresses for authorization, tokens and keys. Give it to the client of this connection. 404 if the connection has no `oidc` setting.',
        },
        { type: 'object' },
        absent,
      ),
      parameters: [{ name: 'connection', in: 'path', required: true, schema: { type: 'string' } }],
    },
  },
  [toTemplate(hookPath)]: {
    post: {
      ...operational(
        'hook',
        {
          summary: 'Where identity providers call; see each adapter’s README',
          description:
            'Request, authentication and reply are those of the identity provider, such as the inline hooks of Okta or the custom authentication extensions of Entra ID. `facestep provision` registers the address there. Applications do not call it.',
        },
        {},
        absent,
      ),
      parameters: ['connection', 'hook'].map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
    },
  },
};
