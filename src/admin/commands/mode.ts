import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { callServer } from '../../cli/call-server.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findServerConnection } from '../../cli/find-connection.js';
import { readLogins } from '../../cli/read-logins.js';
import { printRows, toPrintable } from '../../cli/table.js';
import { describeKnown, explainUnseen } from '../../connections/decisions-at-provider.js';
import { describeCall, describeUncalled } from '../../connections/hook-calls.js';
import { describeModeAt, describeOwnMode } from '../../connections/mode-at-provider.js';
import { connectionModeReply, type ModeReply, refusedReply } from '../../connections/replies.js';
import { toCode } from '../../errors.js';

/** `file` ends a manual switch. */
const modes = ['shadow', 'enforce', 'file'] as const;
type Mode = (typeof modes)[number];

const peopleShown = 20;

export const createModeCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('mode')
    .summary('show or switch the mode of a connection')
    .description('Calls the running server.')
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .argument(
      '[mode]',
      'the new mode: shadow, enforce, or file for the mode of the configuration file; without it, nothing changes',
    )
    .option('--yes', 'enforce even if no user is enrolled, which denies everyone')
    .action(async (first, second, { yes = false }) => {
      // In "mode enforce", the only argument is a mode and not a connection.
      const [given, asked] = second === undefined && isMode(first) ? [undefined, first] : [first, second];
      const mode = asked === undefined ? undefined : parseMode(asked);
      const { id: connection } = await findServerConnection(given, deps);
      const id = connection;
      const { mode: found } = await callServer('GET /connections/:id/mode', connectionModeReply, deps, { id });
      const printMode = (now: ModeReply): void => {
        if (deps.printJson({ connection, mode: now })) return;
        deps.print(toLine(connection, now));
        for (const call of now.hookCalls?.hooks ?? [])
          if (call.state === 'called') deps.print(toPrintable(`hook ${describeCall(call)}`));
        if (now.atProvider !== null && now.atProvider.mode !== now.inForce)
          deps.print(`To change it there, run “facestep provision ${toPrintable(connection)} --plan”, then --apply.`);
      };
      // In shadow mode, and before it ends, shows the users whom enforce mode would have denied.
      if (!deps.isJson() && mode !== 'shadow' && mode !== 'file' && found.inForce === 'shadow')
        await printWouldBeDenied(connection, found, deps);
      if (mode === undefined) return printMode(found);
      try {
        const fields = { id, mode, isSure: yes };
        printMode((await callServer('POST /connections/:id/mode', connectionModeReply, deps, fields)).mode);
      } catch (error) {
        if (toCode(error) !== 'nobody_can_pass') throw error;
        deps.printError(
          'facestep: no user is enrolled, so all users would be denied. Nothing was changed. Pass --yes to enforce anyway.',
        );
        deps.endWith(1);
      }
    });

const isMode = (text: string | undefined): text is Mode => modes.some((mode) => mode === text);

function parseMode(text: string): Mode {
  if (isMode(text)) return text;
  throw new UsageError(`"${text}" is not a mode`, `Use ${modes.join(', ')}.`);
}

function toLine(connection: string, { inForce, rules, file, switched, atProvider, hookCalls }: ModeReply): string {
  const differs = file === inForce ? 'this stops rules of the configuration' : `the configuration has ${file}`;
  const by = switched === null ? '' : `, switched by ${switched.by} on ${switched.at}; ${differs}`;
  const [here, there] = atProvider === null ? ['', ''] : [' at this server', `; ${describeModeAt(atProvider)}`];
  const uncalled = describeUncalled(hookCalls);
  return toPrintable(
    `${connection}: ${describeOwnMode(inForce, rules)}${here}${by}${there}${uncalled === null ? '' : `; ${uncalled}`}`,
  );
}

async function printWouldBeDenied(connection: string, { atProvider }: ModeReply, deps: CliDeps): Promise<void> {
  const fields = { id: connection, limit: peopleShown };
  const found = await callServer('POST /connections/:id/refused', refusedReply, deps, fields);
  const { subjects, total, denied, users, unnamed, since, decisions, replicasCounting } = found;
  const known = atProvider?.decisions ?? null;
  const now = deps.clock.now();
  if (decisions === 0) {
    const reason = explainUnseen(atProvider, known, now) ?? `no replica has seen a decision since ${since}`;
    return deps.print(toPrintable(`It is not known whom enforce mode would have denied: ${reason}.`));
  }
  deps.print(
    `Enforce mode would deny ${total} of ${users} people, by their last sign-in since ${since}. Denied already: ${denied}.`,
  );
  if (replicasCounting > 0)
    deps.print(`Not complete: decisions before this version are still being counted (replicas: ${replicasCounting}).`);
  const until = describeKnown(atProvider, known, now);
  if (until !== null) deps.print(toPrintable(until));
  if (subjects.length > 0) {
    const loginOf = await readLogins(
      subjects.map(({ subject }) => ({ connection, subject })),
      deps,
    );
    printRows(subjects, deps, {
      subject: 'subject',
      login: ({ subject }) => loginOf({ connection, subject }),
      last: 'lastAt',
      hook: 'hook',
    });
  }
  if (total > subjects.length) deps.print(`and ${total - subjects.length} more`);
  for (const { code, count } of unnamed)
    deps.print(`Calls without a user that would have been refused: ${count} (${code})`);
}
