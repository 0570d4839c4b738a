import { Argument, Command } from 'commander';
import { toCode } from '../errors.js';
import { connectionsReply, type ModeReply, refusedReply, switchedModeReply } from '../rest/replies/connections.js';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';
import { readLogins } from './logins.js';
import { toTableLines } from './table.js';
import { UsageError } from './usage-error.js';

const modes = ['shadow', 'enforce'] as const;
type Mode = (typeof modes)[number];

const peopleShown = 20;

/** Creates `facestep mode`. */
export const createModeCommand = (deps: CliDeps): Command =>
  new Command('mode')
    .summary('show or switch the mode of a connection')
    .description('Asks the server at FACESTEP_URL, with the administrator’s key in FACESTEP_ADMIN_KEY.')
    .argument('<connection>', 'id of the connection in the configuration')
    .addArgument(new Argument('[mode]', 'the new mode; without it, nothing changes').choices(modes))
    .option('--yes', 'enforce even if no user is enrolled, which denies everyone')
    .action(async (connection: string, mode: Mode | undefined, { yes = false }: { yes?: boolean }) => {
      const { connections } = await callServer({ method: 'GET', path: '/connections' }, connectionsReply, deps);
      const found = connections.find(({ id }) => id === connection);
      if (found === undefined) throw new UsageError(`no connection "${connection}" at this server`);
      if (mode !== 'shadow' && found.mode.inForce === 'shadow') await tellRefused(connection, deps);
      if (mode === undefined) return tellMode(connection, found.mode, deps);
      const fields = { mode, isSure: yes };
      const path = `/connections/${encodeURIComponent(connection)}/mode`;
      try {
        tellMode(connection, (await callServer({ method: 'POST', path, fields }, switchedModeReply, deps)).mode, deps);
      } catch (error) {
        if (toCode(error) !== 'nobody_can_pass') throw error;
        deps.tell(
          'facestep: no user is enrolled, so all users would be denied. Nothing was changed. Pass --yes to enforce anyway.',
        );
        deps.endWith(1);
      }
    });

function tellMode(connection: string, { inForce, file, switched }: ModeReply, deps: CliDeps): void {
  const by = switched === null ? '' : `, switched by ${switched.by} on ${switched.at}; the configuration says ${file}`;
  for (const line of toTableLines([`${connection}: ${inForce}${by}`], [])) deps.print(line);
}

async function tellRefused(connection: string, deps: CliDeps): Promise<void> {
  const path = `/connections/${encodeURIComponent(connection)}/refused`;
  const asked = { method: 'POST', path, fields: { limit: peopleShown } } as const;
  const { subjects, total, unnamed, since } = await callServer(asked, refusedReply, deps);
  deps.print(`Enforcing would have refused ${total === 1 ? '1 person' : `${total} people`} since ${since}.`);
  if (subjects.length > 0) {
    const loginOf = await readLogins(
      subjects.map(({ subject }) => ({ connection, subject })),
      deps,
    );
    toTableLines(
      ['subject', 'login', 'times', 'last', 'hooks'],
      subjects.map(({ subject, count, lastAt, hooks }) => [
        ...[subject, loginOf({ connection, subject }) ?? '-', count, lastAt, hooks.join(' ')],
      ]),
    ).forEach(deps.print);
  }
  if (total > subjects.length) deps.print(`and ${total - subjects.length} more`);
  for (const { code, count } of unnamed)
    deps.print(`Calls without a user that would have been refused: ${count} (${code})`);
}
