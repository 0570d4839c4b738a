import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { usageOfAllReply } from '../../access/application-replies.js';
import { listApplications, readApplication } from '../../access/applications.js';
import { readUsage, usageOfOne } from '../../access/usage.js';
import type { Ports } from '../../core/deps.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';

/** Maximum number of days in a report on all applications, which reads one record per application and day. */
const maxDaysOfAll = 31;

export function createUsageEndpoints(deps: Ports<'state' | 'clock'>): Endpoint[] {
  const common = { method: 'GET', tag: 'Applications', right: 'audit' } as const;
  return [
    adminEndpoint({
      ...common,
      path: '/applications/:id/usage',
      summary: 'Get the usage of an application',
      ...usageOfOne,
      async handle({ param, fields }) {
        const { id } = await readApplication(param('id'), deps);
        return { usage: await readUsage(id, fields.days, deps) };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/usage',
      summary: 'Get the usage of all applications',
      description:
        'Returns one sum for each application, and one with the application `null` for client tokens without an application.',
      fields: z.strictObject({
        days: z.int().min(1).max(maxDaysOfAll).prefault(7).describe('Number of days, including today, in UTC.'),
      }),
      reply: usageOfAllReply,
      async handle({ fields: { days } }) {
        const usage = [];
        for (const { id, name } of [...(await listApplications(deps)), { id: null, name: null }]) {
          usage.push({ application: id, name, ...totalOf(await readUsage(id, days, deps)) });
          // Yields to other requests, because a provider waits only 3 seconds for a hook.
          await setImmediate();
        }
        return { usage };
      },
    }),
  ];
}

function totalOf(usage: Awaited<ReturnType<typeof readUsage>>): { requests: number; refusals: Record<string, number> } {
  const refusals: Record<string, number> = {};
  for (const each of usage)
    for (const [code, count] of Object.entries(each.refusals)) refusals[code] = (refusals[code] ?? 0) + count;
  return { requests: usage.reduce((sum, { requests }) => sum + requests, 0), refusals };
}
