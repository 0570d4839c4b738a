import { z } from 'zod';
import { toIso } from '../../core/units.js';
import type { ApiPorts } from '../../http/rest/deps.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { jobsReply } from '../../http/rest/replies/jobs.js';

export const createJobEndpoints = ({ upkeep: { jobs } }: ApiPorts<'upkeep'>): Endpoint[] => [
  adminEndpoint({
    ...({ method: 'GET', versions: [1, 2], tag: 'Operations', status: 200, ours: true, photos: {} } as const),
    path: '/jobs',
    right: 'view',
    summary: 'List background jobs',
    description:
      'Returns the jobs of the server that answers, by name: how often each runs, and the result of its last run.',
    codes: [],
    fields: z.strictObject({}),
    reply: jobsReply,
    async handle() {
      return {
        jobs: jobs.states().map(({ last, ...job }) => ({
          ...job,
          last: last === null ? null : { ...last, endedAt: toIso(last.endedAt) },
        })),
      };
    },
  }),
];
