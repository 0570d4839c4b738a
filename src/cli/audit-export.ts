import { Command, InvalidArgumentError, Option } from 'commander';
import type { Setup } from '../../adapters/setup.js';
import { csvHead, mergeRecords, toCsvRecord, toJsonLine } from '../audit/export.js';
import { auditDetails } from '../core/audit-events.js';
import type { EpochMs } from '../core/units.js';
import type { CliDeps } from './deps.js';
import { type FoundUsers, findUsers, tellUnasked } from './find-users.js';
import { collect, findTrails, parseTime } from './trail-options.js';
import { UsageError } from './usage-error.js';

/** `facestep audit export`: records of one or several trails, merged by time. */
export const createAuditExportCommand = (deps: CliDeps): Command =>
  new Command('export')
    .summary('print audit records, of several trails by time')
    .description('Prints the records that are asked for. Servers may be running.')
    .option('--trail <folder>', 'a data folder; may be given several times', collect)
    .option('--since <time>', 'from this day or time on, as 2026-11-20 or 2026-11-20T08:00:00Z', parseTime)
    .option('--until <time>', 'before this day or time', parseTime)
    .option('--connection <id>', 'of this connection')
    .option('--subject <id>', 'of this user: the id, or the name they sign in by')
    .option('--action <name>', 'such as enrolled or revoked: docs/audit.md has all', parseAction)
    .addOption(new Option('--format <format>', 'jsonl or csv').choices(['jsonl', 'csv']).default('jsonl'))
    .action(async ({ trail = [], format, ...asked }: ExportOptions) => {
      const setup = await deps.loadSetup();
      const files = await findTrails(trail, setup.config);
      const { since = null, until = null, connection = null, subject = null, action = null } = asked;
      if (connection !== null && !isConfigured(connection, setup)) await checkRecorded(connection, files);
      const found = subject === null ? null : await findMeant(subject, connection, setup);
      if (format === 'csv') deps.print(csvHead);
      const filter = { since, until, connection, subjects: found?.users ?? null, action };
      for await (const record of mergeRecords(files, filter)) {
        deps.print(format === 'csv' ? toCsvRecord(record) : toJsonLine(record));
      }
      if (found !== null && !tellUnasked(found, deps)) deps.endWith(1);
    });

const isConfigured = (connection: string, { connections }: Setup): boolean =>
  connections.some(({ id }) => id === connection);

/** @throws UsageError: nothing of it is in the trails */
async function checkRecorded(connection: string, files: readonly string[]): Promise<void> {
  for await (const _ of mergeRecords(files, { connection })) return;
  throw new UsageError(`no connection "${connection}" in the configuration, and none in the audit trail`);
}

function parseAction(name: string): string {
  if (Object.hasOwn(auditDetails, name)) return name;
  throw new InvalidArgumentError('No record has that action: docs/audit.md lists them.');
}

/** A connection of the trail may be configured no more: then what is given is an id. */
const findMeant = async (subject: string, connection: string | null, setup: Setup): Promise<FoundUsers> =>
  connection === null || isConfigured(connection, setup)
    ? findUsers(subject, connection, setup)
    : { users: [{ connection, subject }], unasked: [] };

interface ExportOptions {
  readonly trail?: readonly string[];
  readonly since?: EpochMs;
  readonly until?: EpochMs;
  readonly connection?: string;
  readonly subject?: string;
  readonly action?: string;
  readonly format: 'jsonl' | 'csv';
}
