import type { Serializable } from '../../core/base/json.js';
import type { FaceErrorCode } from '../../errors.js';
import { describeRefusals, notInPublishedApi, quotaHeaders } from '../../http/rest/describe-refusals.js';

/* Descriptions of the bodies follow https://openid.net/specs/openid-sharedsignals-framework-1_0-final.html */

const codes = [
  'request_malformed',
  'caller_untrusted',
  'scope_missing',
  'not_found',
  'limit_reached',
  'body_too_large',
  'quota_exceeded',
  'overloaded',
  'state_unavailable',
  'key_service_unavailable',
  'method_not_allowed',
  'internal',
] satisfies readonly FaceErrorCode[];

const anyObject: Serializable = { 'application/json': { schema: { type: 'object' } } };

const describeStream = (place: 'query' | 'path'): Serializable => ({
  name: place === 'path' ? 'stream' : 'stream_id',
  in: place,
  required: place === 'path',
  schema: { type: 'string' },
});

const operation = (
  operationId: string,
  { summary, description }: { readonly summary: string; readonly description: string },
  {
    status = 200,
    hasBody = false,
    streamIn = null,
    also = [],
  }: {
    readonly status?: 200 | 201 | 204;
    readonly hasBody?: boolean;
    readonly streamIn?: 'query' | 'path' | null;
    readonly also?: readonly FaceErrorCode[];
  } = {},
): Serializable => ({
  operationId,
  tags: ['Operations'],
  summary: `${notInPublishedApi} ${summary}`,
  description,
  security: [{ streamKey: [] }],
  parameters: streamIn === null ? undefined : [describeStream(streamIn)],
  requestBody: hasBody ? { content: anyObject } : undefined,
  responses: {
    [status]: {
      description: 'Success.',
      headers: quotaHeaders,
      content: status === 204 ? undefined : { 'application/json': {} },
    },
    ...describeRefusals([...codes, ...also], quotaHeaders),
  },
});

export const streamKeyScheme: Serializable = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key of an application with the scope `ssf.manage` or `ssf.read`, an access token for it, or the token of a polling receiver.',
};

const grantErrors =
  '`invalid_request`, `invalid_client`, `invalid_scope` or `unsupported_grant_type` as `error`, as in RFC 6749.';

export const ssfPathItems: Readonly<Record<string, Serializable>> = {
  '/ssf/jwks.json': {
    get: {
      ...operation('securityEventKeys', {
        summary: 'Get the public keys of security events (RFC 7517)',
        description:
          'A receiver verifies a security event token with the key that the `kid` in its header names. These are not the keys of receipts.',
      }),
      security: [],
      responses: {
        200: { description: 'Success.', content: anyObject },
        ...describeRefusals(['method_not_allowed', 'internal', 'key_service_unavailable']),
      },
    },
  },
  '/ssf/token': {
    post: {
      ...operation('grantAccess', {
        summary: 'Get an access token with a client id and secret (RFC 6749, section 4.4)',
        description:
          'The client credentials grant, for receivers of security events and for callers of this API that do not send the key of their application themselves. The id is that of the application, the secret is one of its keys, in the form or as HTTP Basic.',
      }),
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
        200: { description: 'Success.', headers: quotaHeaders, content: anyObject },
        400: { description: grantErrors, content: anyObject },
        401: { description: grantErrors, content: anyObject },
        ...describeRefusals(
          ['body_too_large', 'quota_exceeded', 'overloaded', 'state_unavailable', 'method_not_allowed', 'internal'],
          quotaHeaders,
        ),
      },
    },
  },
  '/ssf/streams': {
    get: operation(
      'readStreams',
      {
        summary: 'Get one stream of the caller, or all',
        description:
          'Returns the configuration of the stream that `stream_id` names, or a list of all streams of the caller if `stream_id` is not sent.',
      },
      { streamIn: 'query' },
    ),
    post: operation(
      'createStream',
      {
        summary: 'Create a stream',
        description:
          'Takes the event types to receive (`events_requested`) and the delivery method: push (RFC 8935) to an address of the receiver, or poll (RFC 8936). Returns `stream_id` and the event types that are delivered.',
      },
      { status: 201, hasBody: true },
    ),
    patch: operation(
      'changeStream',
      {
        summary: 'Update a stream',
        description:
          'Takes `stream_id` and the settings to change; other settings keep their values. Returns the whole configuration of the stream after the change.',
      },
      { hasBody: true },
    ),
    put: operation(
      'replaceStream',
      {
        summary: 'Replace a stream',
        description:
          'Takes `stream_id` and the whole configuration. A setting of the receiver that is not sent is reset to its default.',
      },
      { hasBody: true },
    ),
    delete: operation(
      'deleteStream',
      {
        summary: 'Delete a stream',
        description: 'Ends the delivery. Undelivered events of the stream are dropped.',
      },
      { status: 204, streamIn: 'query' },
    ),
  },
  '/ssf/status': {
    get: operation(
      'readStreamStatus',
      {
        summary: 'Get the status of a stream',
        description:
          'The `status` is `enabled`, `paused` (events are held) or `disabled` (events are dropped). `reason` is the reason that was given for it.',
      },
      { streamIn: 'query' },
    ),
    post: operation(
      'changeStreamStatus',
      {
        summary: 'Enable, pause or disable a stream',
        description:
          'Takes `stream_id`, the new `status` and, optionally, a `reason`. A stream that is enabled again delivers the events that were held while it was paused.',
      },
      { hasBody: true },
    ),
  },
  '/ssf/verification': {
    post: operation(
      'verifyStream',
      {
        summary: 'Request a verification event',
        description:
          'Sends a verification event over the stream, with the `state` of the request if there is one. A receiver uses it to check that delivery works.',
      },
      {
        status: 204,
        hasBody: true,
        also: ['locked_out'],
      },
    ),
  },
  '/ssf/events/{stream}': {
    post: operation(
      'pollEvents',
      {
        summary: 'Poll and acknowledge events (RFC 8936)',
        description:
          'Takes `maxEvents`, `returnImmediately`, the ids to acknowledge (`ack`) and errors (`setErrs`). Returns signed events in `sets`, by their ids. An event is delivered again until it is acknowledged.',
      },
      {
        hasBody: true,
        streamIn: 'path',
        also: ['profile_unavailable'],
      },
    ),
  },
};
