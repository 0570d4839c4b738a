import { Command } from 'commander';
import { z } from 'zod';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';

const replyGuard = z.object({
  code: z.string().nullable(),
  changed: z.array(z.string()),
  needingRestart: z.array(z.string()),
  problems: z.array(z.object({ path: z.string(), reason: z.string() })),
  switched: z.array(z.object({ connection: z.string(), mode: z.string(), by: z.string() })),
});

/** `facestep reload`: has a running server take up what was changed in its configuration. */
export const createReloadCommand = (deps: CliDeps): Command =>
  new Command('reload')
    .summary('have the running server load its configuration anew')
    .description(
      'Asks the server at FACESTEP_URL, with the administrator’s key in FACESTEP_ADMIN_KEY. No request is dropped. A ' +
        'configuration that is not valid changes nothing.',
    )
    .action(async () => {
      const { code, changed, needingRestart, problems, switched } = await callServer(
        { method: 'POST', path: '/configuration/reload' },
        replyGuard,
        deps,
      );
      for (const path of changed) deps.print(`in force: ${path}`);
      for (const path of needingRestart) deps.print(`needs a restart, stays as it was: ${path}`);
      for (const { path, reason } of problems) deps.tell(`${path}: ${reason}`);
      for (const { connection, mode, by } of switched)
        deps.print(`switched by hand (${by}): ${connection} is in ${mode} mode, whatever the configuration says`);
      if (code !== null) {
        deps.tell(`facestep: not loaded (${code}). What was in force stays.`);
        deps.endWith(1);
      } else if (changed.length === 0 && needingRestart.length === 0) deps.print('Nothing has changed.');
    });
