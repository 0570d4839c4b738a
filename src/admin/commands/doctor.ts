import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CliDeps } from '../../cli/deps.js';
import { findConnection } from '../../cli/find-connection.js';
import { countStates, toPrintable } from '../../cli/table.js';
import type { Finding } from '../../connections/provisioning.js';
import type { Setup } from '../../connections/setup.js';
import { FaceError } from '../../errors.js';
import type { CheckResult } from '../operations/checks/in-turn.js';
import { collectChecks, runChecks } from '../operations/doctor.js';
import { toDetailLines } from '../operations/failure.js';
import { applyModes, readSwitchedModes } from '../operations/modes.js';

const words = {
  pass: 'pass  ',
  warn: 'warn  ',
  fail: 'FAIL  ',
  manual: 'manual',
} as const satisfies Record<Exclude<CheckResult['verdict'], 'skipped'>, string>;

const colours = { pass: 'green', warn: 'yellow', fail: 'red', manual: 'yellow' } as const;

const plain: CliDeps['paint'] = (_, text) => text;

/** Returns one result as lines. Skipped checks appear below their cause. */
export const toFindingLines = (
  { verdict, title, found, remedy }: CheckResult,
  paint: CliDeps['paint'] = plain,
): string[] => {
  if (verdict === 'skipped') return [`          not checked: ${toPrintable(title)}`];
  return [
    `${paint(colours[verdict], words[verdict])}  ${toPrintable(`${title}: ${found}`)}`,
    ...(remedy === null ? [] : [`        To do: ${toPrintable(remedy)}`]),
  ];
};

const names = {
  pass: 'passed',
  fail: 'failed',
  warn: 'with a warning',
  manual: 'to check by hand',
  skipped: 'not checked',
} as const satisfies Record<CheckResult['verdict'], string>;

export function createDoctorCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('doctor')
    .summary('check a connection and suggest fixes')
    .description(
      'Checks the configuration, the public address, the hooks, the data folder, the models and the provider. Run it ' +
        'where the server runs, with its configuration. It changes nothing, and sends a test event to webhooks.',
    )
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .action(async (given) => {
      let id = given ?? null;
      const results: CheckResult[] = [];
      const show = (result: CheckResult): void => {
        results.push(result);
        toFindingLines(result, deps.paint).forEach(deps.print);
      };
      const setup = await loadSetup(deps);
      if ('verdict' in setup) {
        show({ title: 'Configuration', ...setup, cause: null });
      } else {
        // A failure to read the modes is ignored, because the check of the store reports it.
        const modes = await readSwitchedModes(setup, deps, () => {});
        const connection = findConnection(applyModes(setup, modes), given);
        id = connection.id;
        const { checks } = await collectChecks({ setup, connection, switched: modes.get(connection.id) ?? null }, deps);
        for await (const result of runChecks(checks, deps)) show(result);
      }
      const ok = !results.some(({ verdict }) => verdict === 'fail');
      const verdicts = results.map(({ verdict }) => verdict);
      if (!deps.printJson({ connection: id, ok, checks: results })) deps.print(`\n${countStates(names, verdicts)}.`);
      deps.endWith(ok ? 0 : 1);
    });
}

async function loadSetup(deps: CliDeps): Promise<Setup | Finding> {
  try {
    return await deps.loadSetup();
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    return {
      verdict: 'fail',
      found: toDetailLines(error.detail).join('; '),
      remedy: 'Correct the file FACESTEP_CONFIG names. docs/reference/configuration.md lists every setting.',
    };
  }
}
