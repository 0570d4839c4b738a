import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { toIso } from '../../core/units.js';
import {
  type ApplicationKey,
  issueApplicationKey,
  listApplicationKeys,
  maxKeys,
  revokeApplicationKey,
} from '../../http/rest/application-keys.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { clientTokenId, lifeField, scopesField } from '../../http/rest/fields.js';
import { applicationKeysReply, clientTokenReply } from '../../http/rest/replies/applications.js';

export const toKeyReply = ({ id, scopes, issuedAt, expiresAt, lastUsed }: ApplicationKey) => ({
  id,
  scopes: [...scopes],
  issuedAt: toIso(issuedAt),
  expiresAt: toIso(expiresAt),
  lastUsed,
});

export function createApplicationKeyEndpoints(deps: Ports<'state' | 'clock' | 'random' | 'audit'>): Endpoint[] {
  const common = { versions: [1, 2], tag: 'Applications', status: 200, ours: true, photos: {} } as const;
  return [
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/applications/:id/keys',
      status: 201,
      right: 'configure',
      isSensitive: true,
      summary: 'Issue a key of an application',
      description: `Returns a client token of its tenant. An application can have ${maxKeys} keys at the same time. To rotate, issue the next key, replace the previous key with it, then revoke the previous key.`,
      codes: ['not_found', 'limit_reached'],
      fields: z.strictObject({
        scopes: scopesField.optional().describe('Some of the scopes of the application; by default all of them.'),
        expiresIn: lifeField,
      }),
      reply: clientTokenReply,
      async handle({ param, fields: { scopes, expiresIn }, administrator }) {
        const request = { scopes, lifeSec: expiresIn };
        const { credential, client } = await issueApplicationKey(param('id'), request, administrator, deps);
        return { token: credential.use((text) => text), id: client.id, expiresAt: toIso(client.expiresAt) };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/applications/:id/keys',
      right: 'audit',
      summary: 'List the keys of an application',
      description: 'Returns valid keys, oldest first. The keys themselves are never returned.',
      codes: ['not_found'],
      fields: z.strictObject({}),
      reply: applicationKeysReply,
      handle: async ({ param }) => ({ keys: (await listApplicationKeys(param('id'), deps)).map(toKeyReply) }),
    }),
    adminEndpoint({
      ...common,
      method: 'POST',
      path: '/applications/:id/keys/revoke',
      right: 'configure',
      isSensitive: true,
      summary: 'Revoke a key of an application',
      description: 'Takes effect immediately: a request in progress with this key fails with `caller_untrusted`.',
      codes: ['not_found'],
      fields: z.strictObject({ key: clientTokenId }),
      reply: z.strictObject({}),
      async handle({ param, fields, administrator }) {
        await revokeApplicationKey(param('id'), fields.key, administrator, deps);
        return {};
      },
    }),
  ];
}
