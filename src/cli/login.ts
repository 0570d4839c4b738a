import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { headerCredentialGuard } from '../config/credential.js';
import { connectionsReply } from '../connections/replies.js';
import { callServer } from './call-server.js';
import { UsageError } from './command-error.js';
import type { CliDeps } from './deps.js';
import { findAddress, removeLogin, writeLogin } from './find-server.js';
import { parseUrl } from './parse-option.js';

export const createLoginCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('login')
    .summary('store the address of a server and your administrator key')
    .description(
      'Asks for your administrator key, checks it and stores it with the address in ~/.config/facestep/login.json, which ' +
        'only your account can read. Later commands use it. Without a terminal, the key is read from standard input.',
    )
    .argument('[url]', 'address of the server (default: that of the configuration)', parseUrl)
    .action(async (given) => {
      const url = given ?? (await findAddress(deps));
      const key = headerCredentialGuard.safeParse(await deps.readSecret(`Administrator key for ${url}: `));
      if (!key.success) throw new UsageError('this is not an administrator key', 'Enter the key as it was shown once.');
      const { connections } = await key.data.use((text) => {
        const env = { FACESTEP_URL: url, FACESTEP_ADMIN_KEY: text };
        return callServer('GET /connections', connectionsReply, { ...deps, env });
      });
      const file = await writeLogin({ url, key: key.data }, deps);
      const count = connections.length === 1 ? '1 connection' : `${connections.length} connections`;
      deps.printError(`Logged in at ${url} (${count}). Stored in ${file}; “facestep logout” removes it.`);
    });

export const createLogoutCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('logout').summary('remove the stored address and administrator key').action(async () => {
    await removeLogin(deps.env);
    deps.printError('Logged out. The key stays valid until an owner removes it.');
  });
