import { z } from 'zod';
import { toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import type { ApiPorts } from '../../http/rest/deps.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { begunRunReply, lastRunReply, planReply } from '../../http/rest/replies/connections.js';
import { type ApplyRun, readApply, startApply } from '../operations/apply.js';
import { findConfigured, openConnection } from '../operations/open-connection.js';
import { planConnection } from '../operations/plan.js';
import { toStepDiff, toStepWords } from '../operations/steps.js';

const pushField = z
  .boolean()
  .prefault(false)
  .describe('Sends the configured secrets to the provider again. The provider never returns them.');

const toRun = ({ run: { progress, ...run }, state: at }: ApplyRun) => ({
  ...{ id: run.id, by: run.by, startedAt: toIso(run.startedAt), state: at, pushSecrets: progress.pushSecrets },
  endedAt: run.endedAt === null ? null : toIso(run.endedAt),
  steps: progress.steps.map((step) => ({ ...step, words: [...step.words] })),
});

export function createApplyEndpoints({ upkeep }: ApiPorts<'upkeep'>): Endpoint[] {
  const common = {
    ...({ method: 'POST', versions: [1, 2], tag: 'Connections', ours: true, photos: {} } as const),
    right: 'configure',
  } as const;
  return [
    adminEndpoint({
      ...common,
      status: 200,
      path: '/connections/:id/plan',
      summary: 'Plan the set-up of a connection',
      description:
        'Checks every step at the provider, and counts enrolled users. This can take a minute. Changes nothing.',
      codes: ['connection_unknown', 'config_invalid'],
      fields: z.strictObject({ pushSecrets: pushField }),
      reply: planReply,
      async handle({ param, fields }) {
        const { steps, census } = await planConnection(await openConnection(param('id'), upkeep), fields, upkeep);
        return {
          steps: steps.map(({ id, title, found }) => ({
            ...{ id, title, state: found.state, diff: toStepDiff(found), words: toStepWords(found) },
          })),
          census: census === null ? null : { ...census },
        };
      },
    }),
    adminEndpoint({
      ...common,
      status: 201,
      path: '/connections/:id/apply',
      isSensitive: true,
      summary: 'Set a connection up at its provider',
      description:
        'Starts a run in the background; poll its progress. Only one server at a time sets a connection up. The call is idempotent, and settings that it does not own stay unchanged.',
      codes: ['connection_unknown', 'not_found', 'nobody_can_pass', 'run_under_way', 'config_invalid'],
      fields: z.strictObject({
        step: z.string().min(1).max(256).optional().describe('Id of one step; by default all steps.'),
        pushSecrets: pushField,
        isSure: z.boolean().prefault(false).describe('Enforce even if no user is enrolled, which denies everyone.'),
      }),
      reply: begunRunReply,
      async handle({ param, fields: { step, pushSecrets, isSure }, administrator }) {
        const connection = param('id');
        const request = { connection, step: step ?? null, pushSecrets, isSure };
        await startApply(request, administrator.name, upkeep);
        const run = await readApply(connection, upkeep);
        if (run === null) throw new FaceError('internal', { run: 'gone' });
        return { run: toRun(run) };
      },
    }),
    adminEndpoint({
      ...common,
      status: 200,
      path: '/connections/:id/run',
      summary: 'Get the progress of a set-up',
      description: 'Returns the last run on any server, for 30 days.',
      codes: ['connection_unknown'],
      fields: z.strictObject({}),
      reply: lastRunReply,
      async handle({ param }) {
        const { id } = findConfigured(param('id'), upkeep);
        const run = await readApply(id, upkeep);
        return { run: run === null ? null : toRun(run) };
      },
    }),
  ];
}
