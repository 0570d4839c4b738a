import type { JsonObject } from '../base/json.js';
import type { FaceErrorCode } from '../errors.js';
import { describeRefusals, quotaHeaders } from './describe-refusals.js';

/*
 * The transmitter's endpoints in the description. Their bodies are those of the Shared Signals Framework, and are described
 * there: https://openid.net/specs/openid-sharedsignals-framework-1_0-final.html
 */

const codes = [
  ...(['request_malformed', 'caller_untrusted', 'scope_missing', 'not_found', 'limit_reached'] as const),
  ...(['body_too_large', 'quota_exceeded', 'overloaded', 'state_unavailable', 'key_service_unavailable'] as const),
  ...(['method_not_allowed', 'internal'] as const),
] satisfies readonly FaceErrorCode[];

const anyObject: JsonObject = { 'application/json': { schema: { type: 'object' } } };

const operation = (
  operationId: string,
  summary: string,
  {
    status = 200,
    hasBody = false,
    streamIn = null,
    also = [],
  }: {
    readonly status?: 200 | 201 | 204;
    readonly hasBody?: boolean;
    /** Where the id of the stream goes. */
    readonly streamIn?: 'query' | 'path' | null;
    readonly also?: readonly FaceErrorCode[];
  } = {},
): JsonObject => ({
  operationId,
  tags: ['Operations'],
  summary: `«ours» ${summary}`,
  security: [{ streamKey: [] }],
  ...(streamIn === null
    ? {}
    : {
        parameters: [
          {
            name: streamIn === 'path' ? 'stream' : 'stream_id',
            in: streamIn,
            required: streamIn === 'path',
            schema: { type: 'string' },
          },
        ],
      }),
  ...(hasBody ? { requestBody: { content: anyObject } } : {}),
  responses: {
    [status]: {
      description: 'Done.',
      headers: quotaHeaders,
      ...(status === 204 ? {} : { content: { 'application/json': {} } }),
    },
    ...describeRefusals([...codes, ...also], quotaHeaders),
  },
});

/** How a receiver shows who it is. */
export const streamKeyScheme: JsonObject = {
  type: 'http',
  scheme: 'bearer',
  description:
    'The key of an application with the scope `ssf.manage` or `ssf.read`, an access token for it, or the token of a receiver that polls.',
};

const grantErrors =
  '`invalid_request`, `invalid_client`, `invalid_scope` or `unsupported_grant_type` as `error`, as RFC 6749 has it.';

/** The paths of the transmitter. */
export const ssfPathItems: Readonly<Record<string, JsonObject>> = {
  '/ssf/jwks.json': {
    get: {
      ...operation('securityEventKeys', 'The keys that security events are signed with (RFC 7517)'),
      security: [],
      responses: {
        200: { description: 'Done.', content: anyObject },
        ...describeRefusals(['method_not_allowed', 'internal', 'key_service_unavailable']),
      },
    },
  },
  '/ssf/token': {
    post: {
      ...operation('grantAccess', 'An access token for the client of that id and secret (RFC 6749, section 4.4)'),
      security: [],
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            schema: {
              type: 'object',
              properties: {
                grant_type: { const: 'client_credentials' },
                scope: { type: 'string' },
                client_id: { type: 'string' },
                client_secret: { type: 'string' },
              },
              required: ['grant_type'],
            },
          },
        },
      },
      responses: {
        200: { description: 'Done.', headers: quotaHeaders, content: anyObject },
        400: { description: grantErrors, content: anyObject },
        401: { description: grantErrors, content: anyObject },
        ...describeRefusals(
          [
            ...(['body_too_large', 'quota_exceeded', 'overloaded', 'state_unavailable'] as const),
            ...(['method_not_allowed', 'internal'] as const),
          ],
          quotaHeaders,
        ),
      },
    },
  },
  '/ssf/streams': {
    get: operation('readStreams', 'One stream of the caller, or all', { streamIn: 'query' }),
    post: operation('createStream', 'Make a stream', { status: 201, hasBody: true }),
    patch: operation('changeStream', 'Change a stream; what is not sent stays', { hasBody: true }),
    put: operation('replaceStream', 'Change a stream; what is not sent goes', { hasBody: true }),
    delete: operation('deleteStream', 'Delete a stream', { status: 204, streamIn: 'query' }),
  },
  '/ssf/status': {
    get: operation('readStreamStatus', 'Whether a stream is enabled', { streamIn: 'query' }),
    post: operation('changeStreamStatus', 'Enable, pause or disable a stream', { hasBody: true }),
  },
  '/ssf/verification': {
    post: operation('verifyStream', 'Ask for a verification event', {
      status: 204,
      hasBody: true,
      also: ['locked_out'],
    }),
  },
  '/ssf/events/{stream}': {
    post: operation('pollEvents', 'Poll events, and acknowledge them (RFC 8936)', {
      hasBody: true,
      streamIn: 'path',
      also: ['profile_unavailable'],
    }),
  },
};
