import { z } from 'zod';
import { adminEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import type { Undelivered } from './undelivered.js';
import { retriedReply, undeliveredReply } from './undelivered-replies.js';

const listedAtMost = 50;

export function createUndeliveredEndpoints({ undelivered }: { readonly undelivered: Undelivered | null }): Endpoint[] {
  const common = { method: 'POST', tag: 'Operations', right: 'operate' } as const;
  return [
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/events/undelivered',
      summary: 'List undelivered events',
      description: 'Returns the security events and events of webhooks that this server has given up.',
      reply: undeliveredReply,
      async handle() {
        const letters = (await undelivered?.list()) ?? [];
        const newest = letters.toReversed().slice(0, listedAtMost);
        return {
          events: newest.map(({ jti, receiver, event, reason, time, obstacle }) => ({
            id: jti,
            receiver,
            event,
            reason: obstacle === null ? reason : `${reason}; ${obstacle}`,
            time,
            canRetry: obstacle === null,
          })),
          total: letters.length,
        };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/events/undelivered/retry',
      summary: 'Send undelivered events again',
      description: 'Sends each event once, with the same id. An event that another replica has given up fails.',
      fields: z.strictObject({
        ids: z.array(z.string().min(1).max(64)).min(1).max(10).describe('Ids of the events.'),
      }),
      reply: retriedReply,
      handle: async ({ fields: { ids } }) => ({ events: (await undelivered?.retry(ids)) ?? [] }),
    }),
  ];
}
