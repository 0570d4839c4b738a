import { Command } from 'commander';
import { reloadReply } from '../rest/replies/configuration.js';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';

/** Creates `facestep reload`. */
export const createReloadCommand = (deps: CliDeps): Command =>
  new Command('reload')
    .summary('reload the configuration of the running server')
    .description(
      'Asks the server at FACESTEP_URL, with the administrator’s key in FACESTEP_ADMIN_KEY. No request is dropped. A ' +
        'configuration that is not valid changes nothing.',
    )
    .action(async () => {
      const { code, changed, needingRestart, problems, switched } = await callServer(
        { method: 'POST', path: '/configuration/reload' },
        reloadReply,
        deps,
      );
      for (const path of changed) deps.print(`in force: ${path}`);
      for (const path of needingRestart) deps.print(`needs a restart, stays as it was: ${path}`);
      for (const { path, reason } of problems) deps.tell(`${path}: ${reason}`);
      for (const { connection, mode, by } of switched)
        deps.print(`switched by hand (${by}): ${connection} is in ${mode} mode, whatever the configuration says`);
      if (code !== null) {
        deps.tell(`facestep: not loaded (${code}). The active configuration is unchanged.`);
        deps.endWith(1);
      } else if (changed.length === 0 && needingRestart.length === 0) deps.print('Nothing has changed.');
    });
