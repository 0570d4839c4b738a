import { z } from 'zod';
import type { WithOperations } from '../../admin/operations/operations-context.js';
import { filesOf } from '../../config/data-files.js';
import type { Ports } from '../../core/deps.js';
import { FaceError } from '../../errors.js';
import { adminEndpoint, type Endpoint, instantField, JsonLines } from '../../http/rest/endpoint.js';
import { makeProof } from './pack.js';
import { proofPart } from './replies.js';

/** Lines of the trail in a pack that is sent over HTTP. The command has no limit. */
const mostLines = 200_000;

export const createProofEndpoints = ({
  operations,
  directories,
  ...deps
}: Ports<'auditEvents' | 'clock' | 'signer' | 'issuer' | 'state' | 'ledger' | 'directories'> &
  WithOperations): Endpoint[] => [
  adminEndpoint({
    tag: 'Ledger',
    path: '/proof',
    right: 'audit',
    callsProviders: true,
    repliesInLines: true,
    summary: 'Make a proof pack',
    description:
      'Returns the files of the [proof pack](../proof-pack.md) of a period in lines of JSON, from the audit trail of the server that answers. Other servers that recorded something are named as gaps: include their trails with `facestep proof`. At most 200,000 records.',
    codes: ['connection_unknown', 'not_found', 'limit_reached', 'provider_refused', 'profile_unavailable'],
    fields: z.strictObject({
      connection: z.string().min(1).max(100).describe('The id of a connection.'),
      group: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe('Only the present members of this group, by id or unique name.'),
      from: instantField,
      to: instantField.describe('Excludes records of this time and later.'),
    }),
    reply: proofPart,
    async handle({ fields: { connection, group = null, from, to } }) {
      const open = directories.get(connection);
      if (open === undefined) throw new FaceError('connection_unknown');
      const { config } = operations.setup();
      const files = [filesOf(config).audit];
      const request = { connection, group, from, to, files, mostLines };
      const { listMembers } = await open();
      return new JsonLines(makeProof(request, { ...deps, ledgerDays: config.ledger.days, listMembers }));
    },
  }),
];
