import { z } from 'zod';
import { jobNames } from '../core/jobs.js';
import { toIso } from '../core/units.js';
import { faceErrorCodes } from '../errors.js';
import type { ApiDeps } from '../rest/deps.js';
import { adminEndpoint, type Endpoint } from '../rest/endpoint.js';
import { instantReply } from '../rest/fields.js';

/** What this server does again and again behind its requests. */
export const jobsReply = z.strictObject({
  jobs: z.array(
    z.strictObject({
      name: z.enum(jobNames),
      everySec: z.int(),
      runs: z.int().describe('Since this server started.'),
      failures: z.int().describe('How many of them failed.'),
      last: z
        .strictObject({
          endedAt: instantReply,
          tookMs: z.int(),
          code: z.enum(faceErrorCodes).nullable().describe('What it failed with; `null`: it succeeded.'),
        })
        .nullable()
        .describe('The last run; `null` before the first has ended.'),
    }),
  ),
});

/** How background jobs stand. */
export const createJobEndpoints = ({ upkeep: { jobs } }: ApiDeps): Endpoint[] => [
  adminEndpoint({
    ...({ method: 'GET', versions: [1, 2], tag: 'Operations', status: 200, ours: true, photos: {} } as const),
    path: '/jobs',
    right: 'view',
    summary: 'Background jobs',
    description: 'Of the server that answers, by name: how often each runs, and how its last run ended.',
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
