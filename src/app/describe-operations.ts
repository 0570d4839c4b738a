import { hookPath } from '../connections/hook.js';
import type { JsonObject, Serializable } from '../core/base/json.js';
import { describeRefusals, notInPublishedApi } from '../http/rest/describe-refusals.js';
import { toTemplate } from '../http/rest/endpoint.js';
import { asJson } from '../http/rest/json-schema.js';
import { ssfPathItems, streamKeyScheme } from '../security-events/ssf/describe.js';
import { unreadyCodes } from './readiness.js';

const okSchema: JsonObject = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };

const operational = (
  operationId: string,
  { summary, description }: { readonly summary: string; readonly description: string },
  schema: JsonObject,
  also: Record<string, Serializable> = {},
): Serializable => ({
  operationId,
  tags: ['Operations'],
  summary: `${notInPublishedApi} ${summary}`,
  description,
  security: [],
  responses: {
    200: { description: 'Success.', content: asJson(schema) },
    ...describeRefusals(['method_not_allowed', 'internal']),
    ...also,
  },
});

const unready: Record<string, Serializable> = {
  503: {
    description: 'Not ready.',
    content: asJson({
      type: 'object',
      properties: {
        ok: { const: false },
        unready: {
          type: 'array',
          items: { type: 'string', enum: [...unreadyCodes] },
          description:
            'What is not ready: a part, or `trail_not_writable` or `no_descriptors` if this replica cannot record its decisions.',
        },
      },
      required: ['ok', 'unready'],
    }),
  },
};

const absent = describeRefusals(['not_found']);

const paths: Record<string, Serializable> = {
  '/': {
    get: operational(
      'welcome',
      {
        summary: 'Get a description of this server',
        description:
          'Returns JSON, or a page if `Accept` asks for HTML. Lists the documentation, the API reference and the health endpoints of the server.',
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
          'Checks the engine, and the stores and services that all replicas share. Use it for monitoring. Configure load balancers with `/readyz/replica` instead: otherwise an outage of a shared store removes all replicas.',
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
          'Checks only the parts that belong to this replica: the engine, and a test write next to the audit trail. Use it as the readiness probe and as the health check of a load balancer.',
      },
      okSchema,
      unready,
    ),
  },
  '/openapi.json': {
    get: operational(
      'description',
      {
        summary: 'Get this description',
        description:
          'The OpenAPI 3.1 description of the whole REST API, generated from the schemas that validate the requests. Use it to generate clients.',
      },
      { type: 'object' },
    ),
  },
  '/.well-known/jwks.json': {
    get: operational(
      'receiptKeys',
      {
        summary: 'Get the public keys of receipts (RFC 7517)',
        description:
          'Verify receipts with the key that the `kid` in their header names. A rotation publishes the new key here before it signs, and keeps the previous key until no valid receipt needs it.',
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
        summary: 'Get the transmitter configuration (SSF)',
        description:
          'The transmitter configuration metadata of the Shared Signals Framework: the issuer, the keys, the delivery methods and the stream endpoints. A receiver needs only this address. 404 if security events are not configured.',
      },
      { type: 'object' },
      absent,
    ),
  },
  '/.well-known/oauth-authorization-server': {
    get: operational(
      'authorizationServer',
      {
        summary: 'Get the authorization server metadata for receivers (RFC 8414)',
        description:
          'The metadata of the authorization server for receivers of security events: the address `/ssf/token`, and the grant and scopes that it supports. 404 if security events are not configured.',
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
          summary: 'Get the OpenID configuration of a connection',
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
          summary: 'Receive a call of an identity provider',
          description:
            'Request, authentication and reply follow the identity provider; see the README of its adapter. `facestep provision` registers the address there. Applications do not call it.',
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

/** Routes that are not endpoints, for the description of the API. */
export const otherRoutes = { paths, securitySchemes: { streamKey: streamKeyScheme } };
