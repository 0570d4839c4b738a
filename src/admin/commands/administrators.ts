import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import { addedAdministratorReply, administratorsReply } from '../../access/administrator-replies.js';
import { roles } from '../../access/rights.js';
import { callServer } from '../../cli/call-server.js';
import type { CliDeps } from '../../cli/deps.js';
import { wholeNumber } from '../../cli/parse-option.js';
import { printRows } from '../../cli/table.js';
import { secondsPerDay } from '../../core/units.js';

export function createAdministratorsCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('administrators')
    .summary('manage administrators and their roles')
    .description('Calls the running server.');
  command
    .command('list')
    .description('print every administrator')
    .action(async () => {
      const { administrators } = await callServer('GET /administrators', administratorsReply, deps);
      printRows(administrators, deps, [
        ['name', 'role', 'added', 'valid until'],
        ({ name, role, addedAt, expiresAt }) => [name, role, addedAt ?? 'at the first start', expiresAt ?? 'removed'],
      ]);
    });
  command
    .command('add')
    .description('add an administrator and print the key once')
    .argument('<name>', 'name in the audit trail: up to 64 characters: A-Z a-z 0-9 _ . @ -')
    .addOption(new Option('--role <role>', 'role').choices(roles).makeOptionMandatory())
    .option(
      '--days <days>',
      'lifetime of the key in days, up to 366 (default: until removed)',
      wholeNumber(1, 366, 'days'),
    )
    .action(async (name, { role, days }) => {
      const fields = { name, role, expiresIn: days && days * secondsPerDay };
      const added = await callServer('POST /administrators', addedAdministratorReply, deps, fields);
      if (!deps.printJson(added)) deps.print(added.key);
      deps.printError(`Added, valid until ${added.expiresAt ?? 'removed'}. The key is not shown again.`);
    });
  command
    .command('remove')
    .description('remove an administrator and revoke the key at once')
    .argument('<name>')
    .action(async (name) => {
      await callServer(`DELETE /administrators/${encodeURIComponent(name)}`, z.object({}), deps);
      deps.printError('Removed.');
    });
  return command;
}
