import { z } from 'zod';
import { listApplicationKeys, maxKeys, revokeApplicationKey } from '../../access/application-keys.js';
import {
  applicationKeysReply,
  applicationReply,
  applicationsReply,
  clientTokenReply,
  recentRefusalsReply,
} from '../../access/application-replies.js';
import { readRefusals, readUsage, refusalRetention, usageOfOne } from '../../access/usage.js';
import type { Ports } from '../../core/deps.js';
import { refusals } from '../../errors.js';
import { clientTokenId, developerEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { countChange, issueOwnKey, listOwnApplications, readOwnApplication } from './asking.js';

export function createOwnApplicationEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings'>,
): Endpoint[] {
  return [
    developerEndpoint({
      method: 'GET',
      path: '/developer/applications',
      summary: 'List the caller’s applications',
      description: 'Returns applications that were registered for you, and those that an administrator added you to.',
      reply: applicationsReply,
      handle: async ({ developer }) => ({
        applications: await listOwnApplications(developer, deps),
      }),
    }),
    developerEndpoint({
      method: 'GET',
      path: '/developer/applications/:id',
      summary: 'Get an application of the caller',
      description: 'Returns its settings, and when they were set.',
      codes: ['not_found'],
      reply: applicationReply,
      handle: async ({ param, developer }) => readOwnApplication(param('id'), developer, deps),
    }),
    developerEndpoint({
      method: 'GET',
      path: '/developer/applications/:id/keys',
      summary: 'List the keys of an application of the caller',
      description: 'Returns valid keys, oldest first. The keys themselves are never returned.',
      codes: ['not_found'],
      reply: applicationKeysReply,
      async handle({ param, developer }) {
        const { id } = await readOwnApplication(param('id'), developer, deps);
        return { keys: await listApplicationKeys(id, deps) };
      },
    }),
    developerEndpoint({
      path: '/developer/applications/:id/keys',
      status: 201,
      summary: 'Issue a key of an application of the caller',
      description: `The key is shown only once and is valid for 90 days. At most ${maxKeys} keys are valid at the same time. To rotate, replace the previous key with it, then revoke the previous key.`,
      codes: ['not_found', 'limit_reached', 'locked_out'],
      reply: clientTokenReply,
      async handle({ param, developer }) {
        await countChange(developer, deps);
        const { credential, client } = await issueOwnKey(param('id'), developer, deps);
        return { token: credential.use((text) => text), id: client.id, expiresAt: client.expiresAt };
      },
    }),
    developerEndpoint({
      path: '/developer/applications/:id/keys/revoke',
      summary: 'Revoke a key of an application of the caller',
      description: 'Takes effect immediately: a request in progress with this key fails with `caller_untrusted`.',
      codes: ['not_found'],
      fields: z.strictObject({ key: clientTokenId }),
      async handle({ param, fields, developer }) {
        const { id } = await readOwnApplication(param('id'), developer, deps);
        await revokeApplicationKey(id, fields.key, developer, deps);
      },
    }),
    developerEndpoint({
      method: 'GET',
      path: '/developer/applications/:id/usage',
      summary: 'Get the usage of an application of the caller',
      ...usageOfOne,
      async handle({ param, fields, developer }) {
        const { id } = await readOwnApplication(param('id'), developer, deps);
        return { usage: await readUsage(id, fields.days, deps) };
      },
    }),
    developerEndpoint({
      method: 'GET',
      path: '/developer/applications/:id/refusals',
      summary: 'List recent errors of an application of the caller',
      description: `Newest first: the last ${refusalRetention.most} of ${refusalRetention.days} days; the last few seconds can be missing.`,
      codes: ['not_found'],
      fields: z.strictObject({
        requestId: z
          .string()
          .regex(/^[0-9a-f]{24}$/)
          .optional()
          .describe('The `X-Request-Id` of a reply, to get only that error.'),
      }),
      reply: recentRefusalsReply,
      async handle({ param, fields: { requestId }, developer }) {
        const { id } = await readOwnApplication(param('id'), developer, deps);
        const found = (await readRefusals(id, deps)).filter(
          (each) => requestId === undefined || each.requestId === requestId,
        );
        return {
          refusals: found.map((each) => ({ ...each, time: each.at, cause: refusals[each.code].text })),
        };
      },
    }),
  ];
}
