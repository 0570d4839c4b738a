import { clientScopes } from '../../access/scopes.js';
import type { JsonObject, Serializable } from '../../core/base/json.js';
import { type FaceErrorCode, photoCodes } from '../../errors.js';
import { maxJsonBytes } from '../body.js';
import { refusalGuard } from '../reply.js';
import { answerHeaders, describeRefusals, notInPublishedApi, quotaHeaders } from './describe-refusals.js';
import { callsProvider, type Endpoint, type FileField, groupDescriptions, toTemplate } from './endpoint.js';
import { asJson, asJsonLines, describeFields, toJsonSchema } from './json-schema.js';

const commonCodes: readonly FaceErrorCode[] = ['request_malformed', 'field_unknown', 'method_not_allowed', 'internal'];
const bodyCodes: readonly FaceErrorCode[] = [
  'body_too_large',
  'media_type_unsupported',
  'overloaded',
  'state_unavailable',
];
const clientCodes: readonly FaceErrorCode[] = [
  'caller_untrusted',
  'scope_missing',
  'quota_exceeded',
  'state_unavailable',
];
const adminCodes: readonly FaceErrorCode[] = ['caller_untrusted', 'role_missing', 'locked_out', 'state_unavailable'];
const developerCodes: readonly FaceErrorCode[] = ['caller_untrusted', 'role_missing', 'state_unavailable'];
const sessionCodes: readonly FaceErrorCode[] = ['caller_untrusted', 'step_up_unknown', 'state_unavailable'];
const checkCodes: readonly FaceErrorCode[] = [...photoCodes, 'upstream_unavailable', 'upstream_malformed'];

/** Returns every error code that an endpoint may answer. */
export function codesOf(endpoint: Endpoint): readonly FaceErrorCode[] {
  const { auth, photos, method, codes } = endpoint;
  const all = new Set([
    ...commonCodes,
    ...(method !== 'GET' ? bodyCodes : []),
    ...(auth.kind === 'client' ? clientCodes : []),
    ...(auth.kind === 'admin' ? adminCodes : []),
    ...(auth.kind === 'developer' ? developerCodes : []),
    ...(auth.kind === 'admin' && auth.isSensitive ? (['face_not_verified'] as const) : []),
    ...(auth.kind === 'session' ? sessionCodes : []),
    ...(Object.keys(photos).length > 0 ? checkCodes : []),
    ...(auth.kind === 'client' && (Object.keys(photos).length > 0 || callsProvider(endpoint))
      ? (['locked_out'] as const)
      : []),
    ...codes,
  ]);
  const isKnown = auth.kind === 'client' || auth.kind === 'admin';
  if (isKnown && all.has('profile_unavailable')) all.add('provider_refused');
  return [...all];
}

/** Returns the path for the documentation. It has the prefix `/v2` only if API version 1 lacks the endpoint. */
export function documentedPath({ path, versions }: Pick<Endpoint, 'path' | 'versions'>): string {
  return `${versions.includes(1) ? '' : '/v2'}${toTemplate(path)}`;
}

/** Describes the endpoints, and other routes of the server. */
export function describeApi(
  endpoints: readonly Endpoint[],
  others: Record<'paths' | 'securitySchemes', Readonly<Record<string, Serializable>>>,
): Serializable {
  const paths: Record<string, Serializable> = { ...others.paths };
  for (const endpoint of endpoints) {
    const path = documentedPath(endpoint);
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: describeEndpoint(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'facestep',
      version: '2',
      description:
        'Compatible with the published Facenition API. Every address is also available under /v1 and /v2. An address without a prefix is v1. The header X-API-Version (1 or 2) overrides both. Addresses written with /v2 here exist, or differ, only on v2. Parts marked «extension» or (extension) are not in the published API. Every response has the header X-Request-Id, which identifies it in the log of the server.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(groupDescriptions)
      .filter(([name]) => endpoints.some(({ tag }) => tag === name))
      .map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        clientToken: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Auth-Token',
          description:
            'A client token. Clients can send it as the field `auth_token` instead; the header takes precedence.',
        },
        accessToken: accessTokenScheme,
        adminKey: { type: 'apiKey', in: 'header', name: 'X-Admin-Key', description: 'The key of an administrator.' },
        consoleSession: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Console-Token',
          description: 'Token that the console page sends in addition to its cookie, after a sign-in there.',
        },
        ...others.securitySchemes,
        pageSession: {
          type: 'http',
          scheme: 'bearer',
          description: 'Session that `POST /face/open` returned for the ticket of a link. Only one browser has it.',
        },
      },
      headers: answerHeaders,
      schemas: { Refusal: toJsonSchema(refusalGuard, 'output') },
      parameters: {
        apiVersion: {
          name: 'X-API-Version',
          in: 'header',
          required: false,
          description: 'API version. Overrides a prefix in the address.',
          schema: { type: 'string', enum: ['1', '2'] },
        },
      },
    },
  };
}

/** Access tokens of the client credentials grant. */
const accessTokenScheme: JsonObject = {
  type: 'oauth2',
  flows: {
    clientCredentials: {
      tokenUrl: '/ssf/token',
      scopes: Object.fromEntries(clientScopes.map((scope) => [scope, `The scope \`${scope}\` of the key.`])),
    },
  },
};

const schemeByAuth = {
  admin: 'adminKey',
  session: 'pageSession',
  developer: 'consoleSession',
} as const;

function describeSecurity(auth: Endpoint['auth']): JsonObject[] {
  if (auth.kind === 'open') return [];
  if (auth.kind !== 'client') return [{ [schemeByAuth[auth.kind]]: [] }];
  return [{ clientToken: [] }, ...(auth.scope === null ? [] : [{ accessToken: [auth.scope] }])];
}

function describeNeeds(auth: Endpoint['auth']): string {
  if (auth.kind === 'client' && auth.scope !== null) return ` Needs the scope \`${auth.scope}\`.`;
  return auth.kind === 'admin' ? ` Needs the right \`${auth.right}\`.` : '';
}

function describeEndpoint(endpoint: Endpoint): Serializable {
  const { auth, isExtension, summary, description, tag, path, status, replyGuard, method, versions } = endpoint;
  const needs = describeNeeds(auth);
  const asContent = endpoint.repliesInLines === true ? asJsonLines : asJson;
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const version = versions.includes(1) ? '' : 'V2';
  const headers = auth.kind === 'client' ? quotaHeaders : {};
  return {
    operationId: `${method.toLowerCase()}${version}${path.replace(/[^A-Za-z]+(.?)/g, (_, next: string) => next.toUpperCase())}`,
    tags: [tag],
    summary,
    description: `${isExtension ? `${notInPublishedApi} ` : ''}${description}${needs}`,
    security: describeSecurity(auth),
    parameters: [
      { $ref: '#/components/parameters/apiVersion' },
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...(method === 'GET' ? describeQuery(endpoint) : []),
    ],
    requestBody: method === 'GET' || method === 'DELETE' ? undefined : describeBody(endpoint),
    responses: {
      [status]: {
        description: 'Success.',
        headers,
        content: asContent(toJsonSchema(replyGuard, 'output')),
      },
      ...describeRefusals(codesOf(endpoint), headers),
    },
  };
}

function describeQuery({ fieldsGuard }: Endpoint): JsonObject[] {
  const { properties, required } = describeFields(fieldsGuard);
  const isRequired = (name: string): boolean => required.includes(name);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: isRequired(name),
    schema,
  }));
}

function describeBody(endpoint: Endpoint): JsonObject {
  const { required } = describeFields(endpoint.fieldsGuard);
  const isNeeded = required.length > 0 || Object.values(endpoint.photos).some(({ atLeast }) => atLeast > 0);
  return {
    required: isNeeded,
    content: {
      'multipart/form-data': { schema: toBodySchema(endpoint, toFileSchema) },
      'application/json': { schema: toBodySchema(endpoint, toBase64Schema) },
    },
  };
}

function toBodySchema(endpoint: Endpoint, toPhotoSchema: (field: FileField) => JsonObject): JsonObject {
  const { properties, required } = describeFields(endpoint.fieldsGuard);
  const photos = Object.entries(endpoint.photos);
  const token = { type: 'string', description: 'The client token, if the header is not sent.' };
  return {
    type: 'object',
    properties: {
      ...properties,
      ...Object.fromEntries(photos.map(([name, field]) => [name, toPhotoSchema(field)])),
      ...(endpoint.auth.kind === 'client' ? { auth_token: token } : {}),
    },
    required: [...required, ...photos.flatMap(([name, { atLeast }]) => (atLeast > 0 ? [name] : []))],
    additionalProperties: false,
  };
}

const toFileSchema = ({ atLeast: minItems, atMost: maxItems, about }: FileField): JsonObject => {
  const file = { type: 'string', contentMediaType: about?.mediaType ?? 'image/*' };
  const size = 'JPEG, PNG or WebP, at most 10 MB and 16 megapixels each (JPEG: 40 megapixels).';
  if (maxItems === 1) return { ...file, description: about?.description ?? size };
  const description = about?.description ?? `${size} Repeat the field for several pictures.`;
  return { type: 'array', items: file, minItems, maxItems, description };
};

const toBase64Schema = ({ atLeast: minItems, atMost: maxItems, about }: FileField): JsonObject => {
  const text = { type: 'string', contentEncoding: 'base64' };
  const several = { type: 'array', items: text, minItems, maxItems };
  const description = `${about === undefined ? '' : `${about.description} `}Base64 or a data: URL; the whole body is at most ${maxJsonBytes} bytes.`;
  if (maxItems === 1) return { description, ...text };
  return minItems > 1 ? { description, ...several } : { description, anyOf: [text, several] };
};
