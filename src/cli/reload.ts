import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { reloadReply } from '../http/rest/replies/configuration.js';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';

export const createReloadCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('reload')
    .summary('reload the configuration of the running server')
    .description('Calls the running server. No request is dropped. A configuration that is not valid changes nothing.')
    .action(async () => {
      const reloaded = await callServer('POST /configuration/reload', reloadReply, deps);
      const { code, changed, needingRestart, problems, switched } = reloaded;
      if (deps.printJson(reloaded)) return deps.endWith(code === null ? 0 : 1);
      for (const path of changed) deps.print(`active: ${path}`);
      for (const path of needingRestart) deps.print(`needs a restart, stays as it was: ${path}`);
      for (const { path, reason } of problems) deps.printError(`${path}: ${reason}`);
      for (const { connection, mode, by } of switched)
        deps.print(`switched by hand (${by}): ${connection} is in ${mode} mode, whatever the configuration says`);
      if (code !== null) {
        deps.printError(`Error: The configuration was not loaded (${code}). The active one is unchanged.`);
        deps.printError('Fix: Correct the file, then run “facestep reload” again.');
        deps.endWith(1);
      } else if (changed.length === 0 && needingRestart.length === 0) deps.print('Nothing has changed.');
    });
