import { z } from 'zod';
import { clientTokenReply } from '../../access/application-replies.js';
import { type Client, issueClientToken, revokeClientToken } from '../../access/client-tokens.js';
import { type ClientScope, clientScopes, defaultScopes } from '../../access/scopes.js';
import type { Ports } from '../../core/deps.js';
import type { Credential } from '../../core/secrets.js';
import { secondsPerDay } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { developerEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import {
  beginRequest,
  countChange,
  readOwnRequest,
  rewriteRequest,
  sendMessage,
  submitRequest,
  takeFirstKey,
  withdrawOwnRequest,
} from './asking.js';
import { changeDeveloper, type Developer } from './developers.js';
import { developerReply, oneRequestReply, requestsReply, toRequestReply } from './replies.js';
import { draftFields, listRequestsOf, messageField, requestsOfDeveloper } from './requests.js';
import type { Settings } from './settings.js';
import { readTerms } from './terms.js';

export const sandboxQuota = { perMinute: 30, perDay: 500 } as const;

/** Scopes that give no access to data of other people. */
const sandboxScopes: readonly ClientScope[] = [...defaultScopes, 'score', 'content-key'];

/**
 * Issues a developer's sandbox token and revokes the previous one. The token's tenant may use only the sandbox
 * connection.
 * @throws `not_found` if no sandbox is configured; `locked_out`
 */
async function issueSandboxToken(
  developer: Developer,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings'> & Settings,
): Promise<{ readonly credential: Credential; readonly client: Client }> {
  const { sandbox } = deps.onboarding;
  if (sandbox === null) throw new FaceError('not_found');
  await countChange(developer, deps);
  const request = { name: 'sandbox', tenant: sandbox, scopes: sandboxScopes, lifeSec: secondsPerDay };
  const issued = await issueClientToken({ ...request, application: null, sandbox: developer.id }, developer, deps);
  const { former } = await changeDeveloper(
    developer,
    (record) => ({ ...record, sandboxToken: issued.client.id }),
    deps,
  );
  if (former?.sandboxToken != null) await endSandboxToken(former.sandboxToken, developer, deps);
  return issued;
}

async function endSandboxToken(id: string, developer: Developer, deps: Ports<'state' | 'audit'>): Promise<void> {
  await revokeClientToken(id, developer, deps).catch((error: unknown) => {
    if (!(error instanceof FaceError) || error.code !== 'not_found') throw error;
  });
}

export function createOwnRequestEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings' | 'connections'> & Settings,
): Endpoint[] {
  const changing = ['not_found', 'request_state', 'limit_reached', 'locked_out'] as const;
  return [
    developerEndpoint({
      method: 'GET',
      path: '/developer',
      summary: 'Get the signed-in developer and the available scopes',
      description: 'Includes the current terms.',
      reply: developerReply,
      async handle({ developer: { id, name } }) {
        const { sandbox, mostPerMinute: perMinute, mostPerDay: perDay } = deps.onboarding;
        const { version, text } = await readTerms(deps);
        return {
          id,
          name,
          terms: { version, text },
          most: { perMinute, perDay },
          sandbox: sandbox === null ? null : { connection: sandbox, ...sandboxQuota },
          scopes: clientScopes,
          connections: [...deps.connections.keys()],
        };
      },
    }),
    developerEndpoint({
      path: '/developer/sandbox-token',
      status: 201,
      summary: 'Get a token for the sandbox',
      description: `Returns a client token that is valid for a day, only in the sandbox, for ${sandboxQuota.perMinute} requests per minute and ${sandboxQuota.perDay} per day. A developer has one token: a new one replaces the previous one.`,
      codes: ['not_found', 'locked_out'],
      reply: clientTokenReply.extend({ connection: z.string() }),
      async handle({ developer }) {
        const { credential, client } = await issueSandboxToken(developer, deps);
        const { id, expiresAt, tenant: connection } = client;
        return { token: credential.use((text) => text), id, connection, expiresAt };
      },
    }),
    developerEndpoint({
      method: 'GET',
      path: '/developer/requests',
      summary: 'List the caller’s requests for applications',
      description: `Newest first. ${requestsOfDeveloper.kept} are stored, of which ${requestsOfDeveloper.open} can be open.`,
      reply: requestsReply,
      handle: async ({ developer }) => ({
        requests: (await listRequestsOf(developer.id, deps)).map(toRequestReply),
      }),
    }),
    developerEndpoint({
      path: '/developer/requests',
      status: 201,
      summary: 'Create a request for an application',
      description: 'Creates a draft. Other people cannot see it until it is submitted.',
      codes: ['not_found', 'limit_reached', 'locked_out'],
      fields: z.strictObject({
        ...draftFields,
        application: z.string().max(100).optional().describe('Application of the caller to change.'),
      }),
      reply: oneRequestReply,
      async handle({ fields: { application, ...wish }, developer }) {
        return { request: toRequestReply(await beginRequest(wish, application ?? null, developer, deps)) };
      },
    }),
    developerEndpoint({
      method: 'GET',
      path: '/developer/requests/:id',
      summary: 'Get a request of the caller',
      description: 'Includes its messages.',
      codes: ['not_found'],
      reply: oneRequestReply,
      handle: async ({ param, developer }) => ({
        request: toRequestReply(await readOwnRequest(param('id'), developer, deps)),
      }),
    }),
    developerEndpoint({
      method: 'PATCH',
      path: '/developer/requests/:id',
      summary: 'Change a request',
      description:
        'Changes a draft, or a request that needs changes. Fields that are not sent are reset to their defaults.',
      codes: changing,
      fields: z.strictObject(draftFields),
      reply: oneRequestReply,
      handle: async ({ param, fields, developer }) => ({
        request: toRequestReply(await rewriteRequest(param('id'), fields, developer, deps)),
      }),
    }),
    developerEndpoint({
      path: '/developer/requests/:id/submit',
      summary: 'Submit a request',
      description: 'Submits the request for review, and agrees to that version of the terms.',
      codes: [...changing, 'terms_outdated'],
      fields: z.strictObject({ termsVersion: z.int().min(0), message: messageField.optional() }),
      reply: oneRequestReply,
      async handle({ param, fields: { termsVersion, message }, developer }) {
        const given = { termsVersion, message: message ?? null };
        return { request: toRequestReply(await submitRequest(param('id'), given, developer, deps)) };
      },
    }),
    developerEndpoint({
      path: '/developer/requests/:id/message',
      summary: 'Add a message to a request',
      description: 'Only while the request is submitted and not answered.',
      codes: changing,
      fields: z.strictObject({ text: messageField }),
      reply: oneRequestReply,
      handle: async ({ param, fields, developer }) => ({
        request: toRequestReply(await sendMessage(param('id'), fields.text, developer, deps)),
      }),
    }),
    developerEndpoint({
      path: '/developer/requests/:id/withdraw',
      summary: 'Withdraw a request',
      description: 'Deletes the request and its messages.',
      codes: changing,
      handle: ({ param, developer }) => withdrawOwnRequest(param('id'), developer, deps),
    }),
    developerEndpoint({
      path: '/developer/requests/:id/key',
      status: 201,
      summary: 'Get the first key of an application',
      description:
        'Works once, after the request was approved. The key is created by this call, and the server stores only its digest.',
      codes: changing,
      reply: clientTokenReply,
      async handle({ param, developer }) {
        const { credential, client } = await takeFirstKey(param('id'), developer, deps);
        return { token: credential.use((text) => text), id: client.id, expiresAt: client.expiresAt };
      },
    }),
  ];
}
