import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { smartHookTypes } from '../setup.js';
import type { CliDeps } from './deps.js';
import { findConnection } from './find-connection.js';
import { requirePublicUrl } from './public-url.js';
import { UsageError } from './usage-error.js';

interface Options {
  readonly type: (typeof smartHookTypes)[number];
  readonly compose?: string;
}

/** `facestep smart-hook`: the JavaScript that OneLogin runs for a connection, to be read or pasted. */
export function createSmartHookCommand(deps: CliDeps): Command {
  return new Command('smart-hook')
    .summary('print the JavaScript that OneLogin runs')
    .description(
      'Renders the Smart Hook of a OneLogin connection. It holds no secret. provision uploads it; this shows it, or ' +
        'composes it with a function that is there already.',
    )
    .argument('<connection>', 'its id in the configuration')
    .addOption(new Option('--type <type>', 'which hook').choices(smartHookTypes).makeOptionMandatory())
    .option('--compose <file>', 'a CommonJS function of yours that runs before ours')
    .action(async (id: string, { type, compose }: Options) => {
      const setup = await deps.loadSetup();
      const { kind, renderSmartHook } = findConnection(setup, id);
      if (renderSmartHook === null) throw new UsageError(`"${id}" is of kind ${kind}: only OneLogin has Smart Hooks`);
      const theirs = compose === undefined ? null : await readSource(compose);
      deps.print(await renderSmartHook({ type, publicUrl: requirePublicUrl(setup), compose: theirs }));
    });
}

async function readSource(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read`);
  });
}
