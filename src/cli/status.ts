import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { z } from 'zod';
import { connectionsReply } from '../http/rest/replies/connections.js';
import { callServer } from './call-server.js';
import { CommandError } from './command-error.js';
import type { CliDeps } from './deps.js';
import { findAddress } from './find-server.js';
import { printTable } from './table.js';

const readyGuard = z.object({ ok: z.boolean(), unready: z.array(z.string()).default([]) });

export const createStatusCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('status')
    .summary('show the address, health and connections of the running server')
    .description('Calls the running server. Exits with 1 if it is not ready.')
    .action(async () => {
      const url = await findAddress(deps);
      const { ok, unready } = await readHealth(url, deps);
      const { connections } = await callServer('GET /connections', connectionsReply, deps);
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
      printTable(
        ['connection', 'provider', 'mode', 'liveness', 'accuracy'],
        connections.map(({ id, kind, mode, policy }) => [id, kind, mode.inForce, policy.liveness, policy.accuracy]),
        deps,
      );
    });

async function readHealth(url: string, { fetch }: Pick<CliDeps, 'fetch'>): Promise<z.output<typeof readyGuard>> {
  try {
    const answer = await fetch(`${url}/readyz`, { redirect: 'error', signal: AbortSignal.timeout(10_000) });
    return readyGuard.parse(await answer.json());
  } catch {
    throw new CommandError('server_unreachable', { url });
  }
}
