import { setImmediate } from 'node:timers/promises';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { rebuildLedger } from '../audit/ledger/rebuild.js';
import { filesOf } from '../config/data-files.js';
import { makeFile } from '../storage/files/durable-file.js';
import { openLedger } from '../storage/state/open.js';
import type { CliDeps } from './deps.js';
import { collect, findTrails } from './parse-option.js';

export function createLedgerCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('ledger').summary('rebuild the log of decisions and the enrolment index');
  command
    .command('rebuild')
    .summary('rebuild them from the audit trails')
    .description(
      'Reads the audit trails and adds missing entries to the log of decisions and the enrolment index. Servers may be running.',
    )
    .option('--trail <folder>', 'data folder; can be repeated', collect)
    .action(async ({ trail = [] }) => {
      const config = await deps.loadStored();
      const files = await findTrails(trail, config);
      // The database file is created with the right owner first, because SQLite gives its additional files the same
      // owner.
      if (config.state.kind === 'sqlite') await makeFile(filesOf(config).ledger);
      const ledger = await openLedger(config.state, filesOf(config));
      try {
        const pause = async (): Promise<void> => void (await setImmediate());
        const found = await rebuildLedger(files, { ledger, bounds: config.ledger, clock: deps.clock, pause });
        deps.print(`Rebuilt: ${found.lines} lines, of ${files.length === 1 ? '1 trail' : `${files.length} trails`}`);
        if (found.left > 0) deps.print(`Left out: ${found.left} records, too old or of people who were erased`);
        if (found.unreadable === 0) return;
        deps.printError(
          `facestep: lines of the trails that cannot be read: ${found.unreadable}. facestep audit verify finds out why.`,
        );
        deps.endWith(1);
      } finally {
        await ledger.close();
      }
    });
  return command;
}
