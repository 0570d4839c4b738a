import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { csvHead, mergeRecords, toCsvLine, toJsonLine } from '../audit/export.js';
import { type EpochMs, fromIso } from '../core/units.js';
import type { CliDeps } from './deps.js';
import { collect, findTrails } from './trail-options.js';

/** `facestep audit export`: records of one or several trails, merged by time. */
export const createAuditExportCommand = (deps: CliDeps): Command =>
  new Command('export')
    .summary('print audit records, of several trails by time')
    .description('Prints the records that are asked for. Servers may be running.')
    .option('--trail <folder>', 'a data folder; may be given several times', collect)
    .option('--since <time>', 'from this day or time on, as 2026-11-20 or 2026-11-20T08:00:00Z', parseTime)
    .option('--until <time>', 'before this day or time', parseTime)
    .option('--connection <id>', 'of this connection')
    .option('--subject <id>', 'of this user')
    .option('--action <name>', 'such as enrolled or revoked')
    .addOption(new Option('--format <format>', 'jsonl or csv').choices(['jsonl', 'csv']).default('jsonl'))
    .action(async ({ trail = [], format, ...asked }: ExportOptions) => {
      const files = await findTrails(trail, await deps.loadSetup());
      const { since = null, until = null, connection = null, subject = null, action = null } = asked;
      if (format === 'csv') deps.print(csvHead);
      for await (const record of mergeRecords(files, { since, until, connection, subject, action })) {
        deps.print(format === 'csv' ? toCsvLine(record) : toJsonLine(record));
      }
    });

interface ExportOptions {
  readonly trail?: readonly string[];
  readonly since?: EpochMs;
  readonly until?: EpochMs;
  readonly connection?: string;
  readonly subject?: string;
  readonly action?: string;
  readonly format: 'jsonl' | 'csv';
}

const timeGuard = z.union([z.iso.date(), z.iso.datetime()]);

function parseTime(text: string): EpochMs {
  if (!timeGuard.safeParse(text).success) {
    throw new InvalidArgumentError('Expected a day such as 2026-11-20, or a time such as 2026-11-20T08:00:00Z.');
  }
  return fromIso(text);
}
