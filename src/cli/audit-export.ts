import { Command, InvalidArgumentError, Option } from 'commander';
import { csvHead, mergeRecords, toCsvRecord, toJsonLine } from '../audit/export.js';
import type { Setup } from '../connections/setup.js';
import { auditDetails } from '../core/audit-events.js';
import type { EpochMs } from '../core/units.js';
import type { CliDeps } from './deps.js';
import { type FoundUsers, findUsers, tellUnasked } from './find-users.js';
import { collect, parseTime } from './parse-option.js';
import { findTrails } from './trail-options.js';
import { UsageError } from './usage-error.js';

export const createAuditExportCommand = (deps: CliDeps): Command =>
  new Command('export')
    .summary('print audit records of one or more trails')
    .description('Prints the matching records. Servers may be running.')
    .option('--trail <folder>', 'data folder; can be repeated', collect)
    .option('--since <time>', 'start day or time, such as 2026-11-20 or 2026-11-20T08:00:00Z', parseTime)
    .option('--until <time>', 'end day or time, exclusive', parseTime)
    .option('--connection <id>', 'only this connection')
    .option('--subject <id>', 'only this user, by id or username')
    .option('--action <name>', 'only this action: docs/reference/audit-events.md lists all', parseAction)
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

async function checkRecorded(connection: string, files: readonly string[]): Promise<void> {
  for await (const _ of mergeRecords(files, { connection })) return;
  throw new UsageError(`no connection "${connection}" in the configuration, and none in the audit trail`);
}

function parseAction(name: string): string {
  if (Object.hasOwn(auditDetails, name)) return name;
  throw new InvalidArgumentError('No record has that action: docs/reference/audit-events.md lists them.');
}

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
