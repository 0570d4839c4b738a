import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { z } from 'zod';
import { callServer } from '../../cli/call-server.js';
import { CommandError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findAddress } from '../../cli/find-server.js';
import { printRows } from '../../cli/table.js';
import { describeMode, describeOwnMode } from '../../connections/mode-at-provider.js';
import { connectionModeReply, connectionsReply } from '../../connections/replies.js';
import { reloadReply } from '../replies/operations.js';

export const createReloadCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('reload')
    .summary('reload the configuration of the running server')
    .description('Calls the running server. No request is dropped. A configuration that is not valid changes nothing.')
    .action(async () => {
      const reloaded = await callServer('POST /configuration/reload', reloadReply, deps);
      const { code, changed, needingRestart, problems, switched } = reloaded;
      if (deps.printJson(reloaded)) return deps.endWith(code === null ? 0 : 1);
      for (const path of changed) deps.print(`active: ${path}`);
      for (const path of needingRestart) deps.print(`unchanged until a restart: ${path}`);
      for (const { path, reason } of problems) deps.printError(`${path}: ${reason}`);
      for (const { connection, mode, by } of switched)
        deps.print(`switched by hand (${by}): ${connection} is in ${mode} mode, which overrides the configuration`);
      if (code !== null) {
        deps.printError(`Error: The configuration was not loaded (${code}). The active one is unchanged.`);
        deps.printError('Fix: Correct the file, then run “facestep reload” again.');
        deps.endWith(1);
      } else if (changed.length === 0 && needingRestart.length === 0) deps.print('Nothing has changed.');
    });

const readyGuard = z.object({ ok: z.boolean(), unready: z.array(z.string()).default([]) });

export const createStatusCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('status')
    .summary('show the address, health and connections of the running server')
    .description('Calls the running server. Exits with 1 if it is not ready.')
    .action(async () => {
      const url = await findAddress(deps);
      const { ok, unready } = await readHealth(url, deps);
      const listed = await callServer('GET /connections', connectionsReply, deps);
      const connections = await Promise.all(
        listed.connections.map(async (connection) => {
          const { id } = connection;
          const { mode } = await callServer('GET /connections/:id/mode', connectionModeReply, deps, { id });
          return { ...connection, mode };
        }),
      );
      deps.endWith(ok ? 0 : 1);
      if (deps.printJson({ url, ready: ok, unready, connections })) return;
      deps.print(`Server   ${url}`);
      deps.print(
        `Health   ${ok ? deps.paint('green', 'ready') : deps.paint('red', `not ready: ${unready.join(', ')}`)}`,
      );
      deps.print(`Console  ${url}/console/`);
      deps.print('');
      if (connections.length === 0)
        return deps.print('No connections. Add one to the configuration: docs/configuration.md');
      printRows(connections, deps, {
        connection: 'id',
        provider: 'kind',
        liveness: ({ policy }) => policy.livenessVendor?.vendor ?? policy.liveness,
        accuracy: ({ policy }) => policy.accuracy,
        // The mode is last, because it can be a long text.
        mode: ({ mode }) => describeMode(describeOwnMode(mode.inForce, mode.rules), mode.atProvider, mode.hookCalls),
      });
    });

async function readHealth(url: string, { fetch }: Pick<CliDeps, 'fetch'>): Promise<z.output<typeof readyGuard>> {
  try {
    const answer = await fetch(`${url}/readyz`, { redirect: 'error', signal: AbortSignal.timeout(10_000) });
    return readyGuard.parse(await answer.json());
  } catch {
    throw new CommandError('server_unreachable', { url });
  }
}
