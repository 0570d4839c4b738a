import { z } from 'zod';
import { toIso } from '../core/units.js';
import type { ApiDeps } from '../rest/deps.js';
import { adminEndpoint, type Endpoint } from '../rest/endpoint.js';
import { instantField, tenantField } from '../rest/fields.js';
import {
  addOwner,
  approveRequest,
  maxOwners,
  readRequest,
  removeOwner,
  toOpenIdClient,
  turnDown,
} from '../rest/onboarding/answers.js';
import { toRequestReply } from '../rest/onboarding/describe.js';
import { fromCursor, toCursor } from '../rest/onboarding/list-place.js';
import { requestStates } from '../rest/onboarding/request.js';
import { listRequests } from '../rest/onboarding/requests.js';
import { changeTerms, longestTerms, readTerms, type Terms } from '../rest/onboarding/terms.js';
import { messageField, textField } from '../rest/onboarding/text-fields.js';
import {
  approvedRequestReply,
  oneRequestReply,
  requestPageReply,
  termsReply,
} from '../rest/replies/application-requests.js';

const developerField = z
  .string()
  .regex(/^[\w-]{43}$/)
  .describe('The id that a developer’s own page shows, and each of their requests.');

const toTermsReply = ({ version, text, at, by }: Terms) => ({ version, text, at: at === null ? null : toIso(at), by });

/** Creates the endpoints to review developers' requests and set the terms. */
export function createApplicationRequestEndpoints(deps: ApiDeps): Endpoint[] {
  const common = {
    ...({ versions: [1, 2], tag: 'Applications', status: 200, ours: true, photos: {} } as const),
    right: 'configure',
  } as const;
  const none = z.strictObject({});
  return [
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/application-requests/list',
      summary: 'Requests for applications',
      description: 'What developers handed in, newest first. A request is kept for a year since anything became of it.',
      codes: [],
      fields: z.strictObject({
        state: z.enum(requestStates).exclude(['draft']).optional().describe('Those in that state alone.'),
        limit: z.int().min(1).max(100).prefault(50),
        cursor: z.string().max(200).optional().describe('Of the page before.'),
      }),
      reply: requestPageReply,
      async handle({ fields: { state, limit, cursor } }) {
        const after = cursor === undefined ? null : fromCursor(cursor);
        const { requests, next } = await listRequests({ state: state ?? null, limit, after }, deps);
        return { requests: requests.map(toRequestReply), cursor: next === null ? null : toCursor(next) };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/application-requests/:id',
      summary: 'Get a request for an application',
      description: 'With what was said about it.',
      codes: ['not_found'],
      fields: none,
      reply: oneRequestReply,
      handle: async ({ param }) => ({ request: toRequestReply(await readRequest(param('id'), deps)) }),
    }),
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/application-requests/:id/approve',
      isSensitive: true,
      summary: 'Approve a request for an application',
      description:
        'Registers the application, or changes the one it is about. Its developer then fetches the first key, once. An OpenID client comes into force with the configuration: `openIdClient` is its entry in `oidc.clients` of the connection.',
      codes: ['not_found', 'request_state', 'limit_reached'],
      fields: z.strictObject({
        changedAt: instantField.describe('As you read it: what was written anew since is not approved.'),
        tenant: tenantField
          .unwrap()
          .optional()
          .describe(
            'Whose enrolments a new application makes and checks; those of the connection it asks for if not said.',
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
      method: 'POST',
      path: '/application-requests/:id/ask-back',
      summary: 'Ask back about a request for an application',
      description: 'Its developer reads the message, may write the request anew, and hands it in again.',
      codes: ['not_found', 'request_state', 'limit_reached'],
      fields: z.strictObject({ message: messageField }),
      reply: oneRequestReply,
      handle: async ({ param, fields, administrator }) => ({
        request: toRequestReply(await turnDown(param('id'), 'asked_back', fields.message, administrator, deps)),
      }),
    }),
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/application-requests/:id/refuse',
      summary: 'Refuse a request for an application',
      description: 'For good: its developer may write another one.',
      codes: ['not_found', 'request_state', 'limit_reached'],
      fields: z.strictObject({ message: messageField }),
      reply: oneRequestReply,
      handle: async ({ param, fields, administrator }) => ({
        request: toRequestReply(await turnDown(param('id'), 'refused', fields.message, administrator, deps)),
      }),
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/application-terms',
      summary: 'Get the terms that developers agree to',
      description: 'As they are in force.',
      codes: [],
      fields: none,
      reply: termsReply,
      handle: async () => toTermsReply(await readTerms(deps)),
    }),
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/application-terms',
      summary: 'Change the terms that developers agree to',
      description: 'As the next version. What is handed in from now on agrees to that one.',
      codes: [],
      fields: z.strictObject({ text: textField(longestTerms) }),
      reply: termsReply,
      handle: async ({ fields, administrator }) => toTermsReply(await changeTerms(fields.text, administrator, deps)),
    }),
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/applications/:id/owners/add',
      isSensitive: true,
      summary: 'Let a developer look after an application',
      description: `They see its usage, issue and revoke its keys, and ask for changes. An application may have ${maxOwners}.`,
      codes: ['not_found', 'limit_reached'],
      fields: z.strictObject({ developer: developerField }),
      reply: none,
      async handle({ param, fields, administrator }) {
        await addOwner(param('id'), fields.developer, administrator, deps);
        return {};
      },
    }),
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/applications/:id/owners/remove',
      isSensitive: true,
      summary: 'Let a developer look after an application no more',
      description: 'Keys they had issued stay: revoke those.',
      codes: ['not_found'],
      fields: z.strictObject({ developer: developerField }),
      reply: none,
      async handle({ param, fields, administrator }) {
        await removeOwner(param('id'), fields.developer, administrator, deps);
        return {};
      },
    }),
  ];
}
