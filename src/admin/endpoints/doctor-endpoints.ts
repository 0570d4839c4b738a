import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { findToDo } from '../../core/to-do.js';
import { adminEndpoint, type Endpoint, instantField } from '../../http/rest/endpoint.js';
import { acceptFinding, readHealth } from '../operations/accepted-findings.js';
import { readDoctorRun, startDoctor } from '../operations/doctor-reports.js';
import { createFactFinder } from '../operations/facts.js';
import type { AtProvider } from '../operations/mode-in-force.js';
import { findConfigured } from '../operations/open-connection.js';
import type { OperationsPorts, WithOperations } from '../operations/operations-context.js';
import { doctorReply, toDoReply } from '../replies/doctor.js';
import { jobsReply } from '../replies/operations.js';
import { createOpenWorkFinder, createOutageFinder, type OpenWork } from './open-work.js';

async function describeDoctor(operations: OperationsPorts<'state' | 'clock' | 'setup'>) {
  const run = await readDoctorRun(operations);
  const connections = operations.setup().connections.map(async ({ id }) => {
    const examination = await readHealth(id, operations);
    if (examination === null) return { connection: id, examinedAt: null, light: null, findings: [] };
    return { ...examination, connection: id };
  });
  const doctor = {
    isUnderWay: run?.isUnderWay ?? false,
    progress: run?.progress ?? null,
    by: run?.by || null,
    startedAt: run?.startedAt ?? null,
    connections: await Promise.all(connections),
  };
  return { doctor };
}

const reading = { tag: 'Connections', method: 'GET', right: 'view' } as const;

export function createDoctorEndpoints(
  deps: Ports<'state' | 'clock' | 'connections' | 'livenessVendors' | 'delivery'> & OpenWork & WithOperations,
  readAtProvider: (id: string) => Promise<AtProvider>,
): Endpoint[] {
  const { operations: upkeep } = deps;
  const findOpenWork = createOpenWorkFinder(deps);
  const findOutages = createOutageFinder(deps, readAtProvider);
  const findFacts = createFactFinder(upkeep);
  return [
    adminEndpoint({
      tag: 'Connections',
      path: '/doctor',
      status: 201,
      right: 'operate',
      summary: 'Check connections',
      description:
        'Starts a check of each connection in the background, as `facestep doctor` does, for at most two minutes a connection. Only one server at a time runs checks. Changes nothing.',
      codes: ['connection_unknown', 'run_under_way'],
      fields: z.strictObject({ connection: z.string().max(64).optional().describe('By default all connections.') }),
      reply: doctorReply,
      async handle({ fields: { connection }, administrator }) {
        const ids =
          connection === undefined
            ? upkeep.setup().connections.map(({ id }) => id)
            : [findConfigured(connection, upkeep).id];
        await startDoctor(ids, administrator.name, upkeep);
        return describeDoctor(upkeep);
      },
    }),
    adminEndpoint({
      ...reading,
      path: '/doctor',
      summary: 'Get the last results of the doctor',
      description: 'Returns the last results of each connection, from any server, for a week.',
      reply: doctorReply,
      handle: () => describeDoctor(upkeep),
    }),
    adminEndpoint({
      tag: 'Connections',
      path: '/doctor/accepted',
      right: 'operate',
      summary: 'Accept a finding',
      description:
        'Makes a warning, an error or a manual step of the last check a known limit until a time, at most a year from now: it then does not change the status of the connection or appear as a task. A warning that becomes an error is no longer accepted. Without `until`, ends that.',
      codes: ['connection_unknown', 'not_found'],
      fields: z.strictObject({
        connection: z.string().max(64),
        title: z.string().min(1).max(200).describe('The title of the finding.'),
        until: instantField.optional(),
        reason: z.string().trim().min(1).max(500),
      }),
      reply: doctorReply,
      async handle({ fields: { connection, title, until = null, reason }, administrator: { name: by } }) {
        const { id } = findConfigured(connection, upkeep);
        await acceptFinding({ connection: id, title, until }, { reason, by }, upkeep);
        return describeDoctor(upkeep);
      },
    }),
    adminEndpoint({
      ...reading,
      path: '/to-do',
      summary: 'List open tasks',
      description:
        'Most urgent first. The tasks result from the doctor, the keys, the trail and the last backup. Hooks that the provider does not call, and liveness vendors that fail, are read at most every five minutes; the reply does not wait for that. Open requests and expiring secrets are included as far as your role may see them.',
      codes: ['config_invalid', 'key_service_unavailable'],
      reply: toDoReply,
      async handle({ administrator }) {
        const facts = await findFacts();
        const { doctor } = await describeDoctor(upkeep);
        return {
          items: findToDo(facts, upkeep.clock.now(), [...findOutages(), ...(await findOpenWork(administrator))]).map(
            ({ since = null, ...each }) => ({ ...each, since }),
          ),
          lights: doctor.connections,
        };
      },
    }),
    adminEndpoint({
      tag: 'Operations',
      method: 'GET',
      path: '/jobs',
      right: 'view',
      summary: 'List background jobs',
      description:
        'Returns the jobs of the server that answers, by name: how often each runs, and the result of its last run.',
      reply: jobsReply,
      handle: async () => ({ jobs: upkeep.jobs.states() }),
    }),
  ];
}
