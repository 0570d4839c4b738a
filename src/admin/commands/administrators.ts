import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { addedAdministratorReply, administratorsReply } from '../../access/administrator-replies.js';
import { roles } from '../../access/rights.js';
import type { CliDeps } from '../../cli/deps.js';
import { wholeNumber } from '../../cli/parse-option.js';
import { createActions, createServerCommand, withLifetime } from '../../cli/server-command.js';

export function createAdministratorsCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling, doing, listing } = createActions(deps);
  const { command, add } = createServerCommand('administrators', 'manage administrators and their roles');
  add('list', 'print every administrator').action(
    listing('GET /administrators', administratorsReply, 'administrators', {
      name: 'name',
      role: 'role',
      added: ({ addedAt }) => addedAt ?? 'at the first start',
      'valid until': ({ expiresAt }) => expiresAt ?? 'removed',
    }),
  );
  add('add', 'add an administrator and print the key once')
    .argument('<name>', 'name in the audit trail: up to 64 characters: A-Z a-z 0-9 _ . @ -')
    .addOption(new Option('--role <role>', 'role').choices(roles).makeOptionMandatory())
    .option(
      '--days <days>',
      'lifetime of the key in days, up to 366 (default: until removed)',
      wholeNumber(1, 366, 'days'),
    )
    .action(
      calling(
        'POST /administrators',
        addedAdministratorReply,
        (added) => {
          if (!deps.printJson(added)) deps.print(added.key);
          deps.printError(`Added, valid until ${added.expiresAt ?? 'removed'}. The key is not shown again.`);
        },
        withLifetime,
      ),
    );
  add('remove <name>', 'remove an administrator and revoke the key at once').action(
    doing('DELETE /administrators/:name', 'Removed.'),
  );
  return command;
}
