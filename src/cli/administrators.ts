import { Command, Option } from 'commander';
import { z } from 'zod';
import { addedAdministratorReply, administratorsReply } from '../rest/replies/administrators.js';
import { roles } from '../rest/rights.js';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';
import { printTable } from './table.js';
import { wholeNumber } from './whole-number.js';

const parseDays = wholeNumber({ least: 1, most: 366, what: 'days' });

const daySec = 24 * 60 * 60;

export function createAdministratorsCommand(deps: CliDeps): Command {
  const command = new Command('administrators')
    .summary('manage administrators and their roles')
    .description('Calls the running server.');
  command
    .command('list')
    .description('print every administrator')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { administrators } = await callServer(
        { method: 'GET', path: '/administrators' },
        administratorsReply,
        deps,
      );
      if (json) deps.print(JSON.stringify(administrators, null, 2));
      else
        printTable(
          ['name', 'role', 'added', 'valid until'],
          administrators.map(({ name, role, addedAt, expiresAt }) => [
            ...[name, role, addedAt ?? 'at the first start', expiresAt ?? 'removed'],
          ]),
          deps,
        );
    });
  command
    .command('add')
    .description('add an administrator and print the key once')
    .argument('<name>', 'name in the audit trail: up to 64 characters: A-Z a-z 0-9 _ . @ -')
    .addOption(new Option('--role <role>', 'role').choices(roles).makeOptionMandatory())
    .option('--days <days>', 'lifetime of the key in days, up to 366 (default: until removed)', parseDays)
    .option('--json', 'print JSON')
    .action(async (name: string, { role, days, json = false }: { role: string; days?: number; json?: boolean }) => {
      const fields = { name, role, ...(days === undefined ? {} : { expiresIn: days * daySec }) };
      const added = await callServer(
        { method: 'POST', path: '/administrators', fields },
        addedAdministratorReply,
        deps,
      );
      deps.print(json ? JSON.stringify(added, null, 2) : added.key);
      deps.tell(`Added, valid until ${added.expiresAt ?? 'removed'}. The key is not shown again.`);
    });
  command
    .command('remove')
    .description('remove an administrator and revoke the key at once')
    .argument('<name>')
    .action(async (name: string) => {
      await callServer({ method: 'POST', path: '/administrators/remove', fields: { name } }, z.object({}), deps);
      deps.tell('Removed.');
    });
  return command;
}
