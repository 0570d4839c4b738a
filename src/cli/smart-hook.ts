import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { requirePublicUrl } from '../admin/operations/open-connection.js';
import { UsageError } from './command-error.js';
import type { CliDeps } from './deps.js';
import { findConnection } from './find-connection.js';
import { readGivenFile } from './given-file.js';

export function createSmartHookCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('smart-hook')
    .summary('print the JavaScript that OneLogin runs')
    .description(
      'Renders the Smart Hook of a OneLogin connection. It holds no secret. provision uploads it; this shows it, or ' +
        'composes it with a function that is there already.',
    )
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .requiredOption('--type <type>', 'which hook: pre-authentication or user-migration')
    .option('--compose <file>', 'your own CommonJS function, which runs first')
    .action(async (given, { type, compose }) => {
      const setup = await deps.loadSetup();
      const { id, kind, createAdapter } = findConnection(setup, given);
      const artefacts = new Map(Object.entries((await createAdapter(requirePublicUrl(setup))).artefacts));
      if (artefacts.size === 0) throw new UsageError(`"${id}" is of kind ${kind}: only OneLogin has Smart Hooks`);
      const smartHook = artefacts.get(type);
      if (smartHook === undefined) throw new UsageError(`--type is one of ${[...artefacts.keys()].join(', ')}`);
      deps.print(await smartHook.render(compose === undefined ? null : (await readGivenFile(compose)).toString()));
    });
}
