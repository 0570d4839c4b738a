import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { adminEndpoint, type Endpoint, instantField, parseFields, tenantField } from '../../http/rest/endpoint.js';
import {
  addOwner,
  approveRequest,
  maxOwners,
  readRequest,
  removeOwner,
  returnOrRefuse,
  toOpenIdClient,
} from './answers.js';
import { approvedRequestReply, oneRequestReply, requestPageReply, termsReply, toRequestReply } from './replies.js';
import { requestStates } from './request.js';
import { listRequests, messageField, textField } from './requests.js';
import { changeTerms, longestTerms, readTerms } from './terms.js';

const developerField = z
  .string()
  .regex(/^[\w-]{43}$/)
  .describe('Id of the developer, as on their own page and in each of their requests.');

export function createReviewEndpoints(deps: Ports<'state' | 'clock' | 'random' | 'audit'>): Endpoint[] {
  const common = {
    tag: 'Applications',
    right: 'configure',
  } as const;
  return [
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/application-requests',
      summary: 'List requests for applications',
      description:
        'Returns the requests that developers submitted, newest first. A request is stored for a year after its last change.',
      fields: z.strictObject({
        state: z.enum(requestStates).exclude(['draft']).optional().describe('Only requests in that state.'),
        limit: z.int().min(1).max(100).prefault(50),
        cursor: z.string().max(200).optional().describe('Cursor of the previous reply.'),
      }),
      reply: requestPageReply,
      async handle({ fields: { state, limit, cursor } }) {
        const found = await listRequests(state, { limit, cursor }, deps);
        return { requests: found.requests.map(toRequestReply), cursor: found.cursor };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/application-requests/:id',
      summary: 'Get a request for an application',
      description: 'Includes its messages.',
      codes: ['not_found'],
      reply: oneRequestReply,
      handle: async ({ param }) => ({ request: toRequestReply(await readRequest(param('id'), deps)) }),
    }),
    adminEndpoint({
      ...common,
      path: '/application-requests/:id/approve',
      isSensitive: true,
      summary: 'Approve a request for an application',
      description:
        'Registers the application, or changes the application that the request is about. The developer can then get the first key, once. An OpenID client is active after you add it to the configuration: `openIdClient` is its entry for `oidc.clients` of the connection.',
      codes: ['not_found', 'request_state', 'limit_reached'],
      fields: z.strictObject({
        changedAt: instantField.describe('Version that you read. A version that was written later is not approved.'),
        tenant: tenantField
          .unwrap()
          .optional()
          .describe(
            'Tenant whose enrolments a new application creates and checks; by default the tenant of the requested connection.',
          ),
        message: messageField.optional(),
      }),
      reply: approvedRequestReply,
      async handle({ param, fields: { changedAt, tenant, message }, administrator }) {
        const given = { changedAt, tenant: tenant ?? null, message: message ?? null };
        const request = await approveRequest(param('id'), given, administrator, deps);
        return { request: toRequestReply(request), openIdClient: toOpenIdClient(request) };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/application-requests/:id/ask-back',
      summary: 'Request changes to a request for an application',
      description: 'The developer reads the message, can change the request, and submits it again.',
      codes: ['not_found', 'request_state', 'limit_reached'],
      fields: z.strictObject({ message: messageField }),
      reply: oneRequestReply,
      handle: async ({ param, fields, administrator }) => ({
        request: toRequestReply(await returnOrRefuse(param('id'), 'asked_back', fields.message, administrator, deps)),
      }),
    }),
    adminEndpoint({
      ...common,
      path: '/application-requests/:id/refuse',
      summary: 'Reject a request for an application',
      description: 'This is final. The developer can create another request.',
      codes: ['not_found', 'request_state', 'limit_reached'],
      fields: z.strictObject({ message: messageField }),
      reply: oneRequestReply,
      handle: async ({ param, fields, administrator }) => ({
        request: toRequestReply(await returnOrRefuse(param('id'), 'refused', fields.message, administrator, deps)),
      }),
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/application-terms',
      summary: 'Get the terms that developers agree to',
      description: 'Returns the current version.',
      reply: termsReply,
      handle: () => readTerms(deps),
    }),
    adminEndpoint({
      ...common,
      path: '/application-terms',
      summary: 'Change the terms that developers agree to',
      description: 'Creates the next version. Requests that are submitted afterwards agree to that version.',
      fields: z.strictObject({ text: textField(longestTerms) }),
      reply: termsReply,
      handle: ({ fields, administrator }) => changeTerms(fields.text, administrator, deps),
    }),
    adminEndpoint({
      ...common,
      path: '/applications/:id/owners/add',
      isSensitive: true,
      summary: 'Add a developer as an owner of an application',
      description: `Owners see its usage, issue and revoke its keys, and request changes. An application can have ${maxOwners} owners.`,
      codes: ['not_found', 'limit_reached'],
      fields: z.strictObject({ developer: developerField }),
      handle: ({ param, fields, administrator }) => addOwner(param('id'), fields.developer, administrator, deps),
    }),
    adminEndpoint({
      ...common,
      isSensitive: true,
      summary: 'Remove a developer as an owner of an application',
      description: 'Keys that the developer issued stay valid: revoke them separately.',
      codes: ['not_found'],
      method: 'DELETE',
      path: '/applications/:id/owners/:developer',
      async handle({ param, administrator }) {
        const { developer } = parseFields(z.strictObject({ developer: developerField }), {
          developer: param('developer'),
        });
        await removeOwner(param('id'), developer, administrator, deps);
      },
    }),
  ];
}
