import { writeFile } from 'node:fs/promises';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { requirePublicUrl } from '../../admin/operations/open-connection.js';
import { callServer } from '../../cli/call-server.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findConnection, findServerConnection } from '../../cli/find-connection.js';
import { checkNameFree } from '../../cli/named-file.js';
import { printRows } from '../../cli/table.js';
import { contractStates, isContractLine } from '../../connections/contract.js';
import { toCode } from '../../errors.js';
import { type ReportLine, signedReport } from './endpoints.js';
import { differs, lineChecks, notSeen, type Tenant } from './lines.js';
import { createSignInChecks } from './sign-in.js';

export function createAcceptCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('accept')
    .summary('compare a provider with what facestep assumes')
    .description(
      'Checks the assumptions about a provider on your tenant with a test user, and writes a signed report without ' +
        'personal data. Asks before each change and takes it back. Run it where the server runs, with its configuration.',
    )
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .requiredOption('--login <name>', 'username of a test user at the provider')
    .option('--yes', 'make all changes without asking')
    .option('--out <file>', 'name of the report file', 'acceptance.json')
    .action(async (given, { login, yes = false, out }) => {
      await checkNameFree(out);
      const setup = await deps.loadSetup();
      const connection = findConnection(setup, given);
      const { id, kind } = connection;
      await findServerConnection(id, deps);
      const adapter = await connection.createAdapter(requirePublicUrl(setup));
      const { contract } = adapter;
      const account = await adapter.profile.findAccount(login);
      if (contract === undefined || account === null) throw new UsageError(`no user at ${id} has that name`);
      const { ask, isStopped } = watchStop(deps);
      const mayChange = async (what: string): Promise<boolean> => yes || (await ask(`${what}? [y/N]: `)) === 'y';
      const tenant = { adapter, contract, connection, subject: account.subject, deps, ask, mayChange };
      const lines = await checkLines(tenant, isStopped);
      const { report } = await callServer('POST /acceptance-reports', signedReport, deps, { provider: kind, lines });
      await writeFile(out, `${JSON.stringify({ provider: kind, lines, report }, null, 2)}\n`, { flag: 'wx' });
      printRows(lines, deps, { line: 'line', stated: 'stated', seen: 'seen', result: 'result' });
      const countOf = (result: ReportLine['result']): number => lines.filter((line) => line.result === result).length;
      deps.printError(`Differs: ${countOf('differs')}. Not seen: ${countOf('not_seen')}. Report: ${out}`);
      deps.endWith(countOf('as_stated') === lines.length ? 0 : 1);
    });
}

/** Watches if the administrator stops the command. No change is left at the provider while a question waits. */
function watchStop({ holdSignals, printError, readSecret }: CliDeps) {
  let isStopped = false;
  const stopped = holdSignals().then(() => {
    isStopped = true;
    printError('Stopping: wait until changes at the provider are taken back.');
    return '';
  });
  const ask: Tenant['ask'] = async (question) => (isStopped ? '' : Promise.race([readSecret(question), stopped]));
  return { ask, isStopped: () => isStopped };
}

const stoppedLine = notSeen('The administrator stopped the command.');

async function checkLines(tenant: Tenant, isStopped: () => boolean): Promise<readonly ReportLine[]> {
  const { printError, clock } = tenant.deps;
  const checks = { ...lineChecks, ...createSignInChecks(tenant) };
  const lines: ReportLine[] = [];
  for (const line of Object.keys(contractStates).filter(isContractLine)) {
    const startedAt = clock.now();
    const check = isStopped() ? async () => stoppedLine : checks[line];
    const seen = await check(tenant).catch((error: unknown) => differs(`Failed: ${toCode(error)}.`));
    if (seen === null) continue;
    printError(`${line}: ${seen.result}. ${seen.seen}`);
    const { seen: what, result } = seen;
    lines.push({ line, stated: contractStates[line], seen: what, result, tookMs: clock.now() - startedAt });
  }
  return lines;
}
