import { z } from 'zod';
import {
  issueApplicationKey,
  listApplicationKeys,
  maxKeys,
  revokeApplicationKey,
} from '../../access/application-keys.js';
import {
  applicationKeysReply,
  applicationReply,
  applicationsReply,
  clientTokenReply,
} from '../../access/application-replies.js';
import {
  changeApplication,
  listApplications,
  maxApplications,
  quotaRanges,
  readApplication,
  registerApplication,
  removeApplication,
} from '../../access/applications.js';
import { leastScopes } from '../../access/scopes.js';
import type { Ports } from '../../core/deps.js';
import {
  adminEndpoint,
  clientTokenId,
  compatField,
  type Endpoint,
  lifeField,
  replayField,
  scopesField,
  tenantField,
} from '../../http/rest/endpoint.js';

const changing = { tag: 'Applications', right: 'configure', isSensitive: true } as const;
const reading = { tag: 'Applications', method: 'GET', right: 'audit' } as const;

export function createApplicationKeyEndpoints(deps: Ports<'state' | 'clock' | 'random' | 'audit'>): Endpoint[] {
  return [
    adminEndpoint({
      ...changing,
      path: '/applications/:id/keys',
      status: 201,
      summary: 'Issue a key of an application',
      description: `Returns a client token of its tenant. An application can have ${maxKeys} keys at the same time. To rotate, issue the next key, replace the previous key with it, then revoke the previous key.`,
      codes: ['not_found', 'limit_reached'],
      fields: z.strictObject({
        scopes: scopesField.optional().describe('Some of the scopes of the application; by default all of them.'),
        expiresIn: lifeField,
        compat: compatField,
        replay: replayField,
      }),
      reply: clientTokenReply,
      async handle({ param, fields: { scopes, expiresIn, compat, replay }, administrator }) {
        const request = { scopes, lifeSec: expiresIn, compat, replay };
        const { credential, client } = await issueApplicationKey(param('id'), request, administrator, deps);
        return { token: credential.use((text) => text), id: client.id, expiresAt: client.expiresAt };
      },
    }),
    adminEndpoint({
      ...reading,
      path: '/applications/:id/keys',
      summary: 'List the keys of an application',
      description: 'Returns valid keys, oldest first. The keys themselves are never returned.',
      codes: ['not_found'],
      reply: applicationKeysReply,
      handle: async ({ param }) => ({ keys: await listApplicationKeys(param('id'), deps) }),
    }),
    adminEndpoint({
      ...changing,
      path: '/applications/:id/keys/revoke',
      summary: 'Revoke a key of an application',
      description: 'Takes effect immediately: a request in progress with this key fails with `caller_untrusted`.',
      codes: ['not_found'],
      fields: z.strictObject({ key: clientTokenId }),
      handle: ({ param, fields, administrator }) => revokeApplicationKey(param('id'), fields.key, administrator, deps),
    }),
  ];
}

const { perMinute, perDay } = quotaRanges;

const nameField = z.string().min(1).max(100).describe('Name of the program, for people.');
const contactField = z.string().max(200).describe('Contact for questions about it.');
const perMinuteField = z.int().min(1).max(perMinute.most).describe('Requests per minute.');
const perDayField = z.int().min(1).max(perDay.most).describe('Requests per day, in UTC.');

export function createApplicationEndpoints(deps: Ports<'state' | 'clock' | 'random' | 'audit'>): Endpoint[] {
  return [
    adminEndpoint({
      tag: 'Applications',
      path: '/applications',
      status: 201,
      right: 'configure',
      summary: 'Register an application',
      description: `Sets the scopes and the quotas of its keys. There can be at most ${maxApplications}. The tenant cannot be changed later: enrolments are bound to it.`,
      codes: ['limit_reached'],
      fields: z.strictObject({
        name: nameField,
        tenant: tenantField,
        scopes: scopesField.prefault([...leastScopes]).describe('Scopes of its keys.'),
        perMinute: perMinuteField.prefault(perMinute.standard),
        perDay: perDayField.prefault(perDay.standard),
        contact: contactField.prefault(''),
      }),
      reply: applicationReply,
      handle: async ({ fields, administrator }) => registerApplication(fields, administrator, deps),
    }),
    adminEndpoint({
      ...reading,
      path: '/applications',
      summary: 'List applications',
      description: 'Returns all applications, oldest first.',
      reply: applicationsReply,
      handle: async () => ({ applications: await listApplications(deps) }),
    }),
    adminEndpoint({
      ...reading,
      path: '/applications/:id',
      summary: 'Get an application',
      description: 'Returns its settings, and when they were set.',
      codes: ['not_found'],
      reply: applicationReply,
      handle: ({ param }) => readApplication(param('id'), deps),
    }),
    adminEndpoint({
      ...changing,
      method: 'PATCH',
      path: '/applications/:id',
      summary: 'Change an application',
      description:
        'Settings that are not sent keep their values. A change applies to existing keys, too, from the next request on: a removed scope is removed from all of them.',
      codes: ['not_found'],
      fields: z.strictObject({
        name: nameField.optional(),
        scopes: scopesField.optional().describe('Scopes of its keys.'),
        perMinute: perMinuteField.optional(),
        perDay: perDayField.optional(),
        contact: contactField.optional(),
      }),
      reply: applicationReply,
      handle: async ({ param, fields, administrator }) => changeApplication(param('id'), fields, administrator, deps),
    }),
    adminEndpoint({
      ...changing,
      method: 'DELETE',
      path: '/applications/:id',
      summary: 'Remove an application',
      description: 'Also revokes its keys, including for requests in progress.',
      codes: ['not_found'],
      handle: ({ param, administrator }) => removeApplication(param('id'), administrator, deps),
    }),
  ];
}
