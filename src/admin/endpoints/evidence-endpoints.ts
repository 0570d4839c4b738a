import { filesOf } from '../../config/data-files.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { readLastBackup } from '../operations/last-backup.js';
import type { WithOperations } from '../operations/operations-context.js';
import { readHeadTime, readVerification, startVerification } from '../operations/trail-verification.js';
import { backupReply, trailReply } from '../replies/operations.js';

const reading = { tag: 'Operations', method: 'GET', right: 'view' } as const;

export function createEvidenceEndpoints({ operations: upkeep }: WithOperations): Endpoint[] {
  const describe = async () => {
    const found = await readVerification(upkeep);
    return {
      verification: found && { ...found.run, ...found.run.progress, state: found.state },
      head: { signedAt: await readHeadTime(upkeep), waitingSec: upkeep.trail.waitingSec() },
    };
  };
  return [
    adminEndpoint({
      ...reading,
      path: '/backup',
      summary: 'Get the last backup of this server',
      description:
        'Returns the record that `facestep backup` wrote to the data folder after it verified every file of the copy.',
      reply: backupReply,
      handle: async () => ({ last: await readLastBackup(filesOf(upkeep.setup().config).lastBackup) }),
    }),
    adminEndpoint({
      tag: 'Operations',
      path: '/audit/verify',
      status: 201,
      right: 'audit',
      summary: 'Verify the audit trail',
      description:
        'Starts to verify the chain of records and the signed heads of this server’s trail in the background, as `facestep audit verify` does, for at most half an hour.',
      codes: ['run_under_way'],
      reply: trailReply,
      async handle({ administrator }) {
        await startVerification(administrator.name, upkeep);
        return describe();
      },
    }),
    adminEndpoint({
      ...reading,
      path: '/audit/verification',
      summary: 'Get the last result of verifying the audit trail',
      description: 'Returns the last run on any server.',
      reply: trailReply,
      handle: describe,
    }),
  ];
}
