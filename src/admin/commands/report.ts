import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findConnection } from '../../cli/find-connection.js';
import { findOwnTrail, wholeNumber } from '../../cli/parse-option.js';
import { toPrintable } from '../../cli/table.js';
import { filesOf } from '../../config/data-files.js';
import { describeKnown, explainUnseen, type KnownDecisions } from '../../connections/decisions-at-provider.js';
import { describeUncalled, type HookCalls } from '../../connections/hook-calls.js';
import { describeMode, describeOwnMode, type ModeAtProvider } from '../../connections/mode-at-provider.js';
import type { Policy } from '../../core/connection.js';
import { findRulesInForce, type RulesInForce } from '../../core/rules/rule.js';
import { addSec, type EpochMs, secondsPerDay } from '../../core/units.js';
import { openLedger } from '../../storage/state/open.js';
import { type ConnectionReport, type HookReport, reportHooks } from '../operations/hook-report.js';
import { readAtProvider } from '../operations/mode-in-force.js';
import { applyModes, readSwitchedModes } from '../operations/modes.js';
import { readKnownOutside } from '../operations/provider-decisions.js';

const lines = `
Lines, and their names in JSON:
  verified (verified)                         a recent face check was found and used
  denied (denied)                             none was found; the sign-in was refused
  allowed without the claim (claimOmitted)
                                              none was found; whenUnverified is omit_claim
  no check needed (notNeeded)                 a rule asked for no face check
  would have been … (wouldHave)               shadow mode allowed the sign-in
  users (users)                               distinct users of the decisions of all hooks
  users without a face check (usersRefused)   of these, users whose last sign-in was denied or
                                              allowed by shadow mode alone
Not counted: calls that an enforcing connection refused undecided, and calls during an outage of the
state store or the audit trail. People who were erased are not among the users.`;

export function createReportCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('report')
    .summary('count hook decisions, and sign-ins allowed by shadow mode')
    .description('Reads the log of decisions, which all replicas write. The servers may be running.')
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .option('--since <days>', 'only the last DAYS days', wholeNumber(1, 99_999, 'days'))
    .addHelpText('after', lines)
    .action(async (given, { since: days }) => {
      const loaded = await deps.loadSetup();
      // A given id is not checked, because a removed connection still has its history.
      const id = given ?? findConnection(loaded, given).id;
      const { connections } = applyModes(loaded, await readSwitchedModes(loaded, deps));
      const since = days === undefined ? null : addSec(deps.clock.now(), -days * secondsPerDay);
      const { state } = loaded.config;
      if (state.kind === 'sqlite') await findOwnTrail(loaded.config);
      const ledger = await openLedger(state, filesOf(loaded.config));
      const report = await reportHooks({ connection: id, since }, { ledger, clock: deps.clock }).finally(() =>
        ledger.close(),
      );
      const connection = connections.find((each) => each.id === id);
      const mode = connection?.policy.mode ?? null;
      const rules = connection === undefined ? noRules : findRulesInForce(connection.policy);
      if (mode === null && report.hooks.length === 0) {
        throw new UsageError(`no connection "${id}" in the configuration, and none in the log of decisions`);
      }
      const { mode: atProvider, hookCalls } =
        connection === undefined ? { mode: null, hookCalls: null } : await readAtProvider(connection, loaded, deps);
      const known = atProvider?.place === 'functions' ? await readKnownOutside(id, loaded, deps) : null;
      const head = { connection: id, mode, rules, atProvider, hookCalls, known };
      if (!deps.printJson({ ...head, ...report })) toReportLines(head, report, deps.clock.now()).forEach(deps.print);
    });
}

export const toCountingNote = (replicas: number): string =>
  `Not complete: decisions before this version are still being counted (replicas: ${replicas}).`;

const noRules: RulesInForce = { refusing: [], allowing: [] };

interface Head {
  readonly connection: string;
  readonly mode: Policy['mode'] | null;
  readonly rules: RulesInForce;
  readonly atProvider: ModeAtProvider | null;
  readonly hookCalls: HookCalls | null;
  readonly known: KnownDecisions | null;
}

function toReportLines(
  { connection, mode, rules, atProvider, hookCalls, known }: Head,
  report: ConnectionReport,
  now: EpochMs,
): string[] {
  const { hooks, users, usersRefused, since, replicasCounting } = report;
  const isPlain = atProvider === null && describeUncalled(hookCalls) === null;
  const own = mode === null ? null : describeOwnMode(mode, rules);
  const configured =
    own !== null && (isPlain && own === mode ? `${mode} mode` : describeMode(own, atProvider, hookCalls));
  const title = toPrintable(`${connection}: ${configured || 'no longer configured'}`);
  const counting = replicasCounting === 0 ? [] : ['', toCountingNote(replicasCounting)];
  const unseen = explainUnseen(atProvider, known, now);
  if (hooks.length === 0 && unseen !== null) return [title, '', `Not known: ${toPrintable(unseen)}.`, ...counting];
  const until = describeKnown(atProvider, known, now);
  const scope = until === null ? counting : ['', toPrintable(until), ...counting];
  if (hooks.length === 0) return [title, '', `No decision since ${since}.`, ...scope];
  const people = `Users since ${since}, at all hooks and replicas: ${users}, without a face check: ${usersRefused}`;
  return [title, ...hooks.flatMap((hook) => ['', ...toHookLines(hook)]), '', people, ...scope];
}

function toHookLines(report: HookReport): string[] {
  const { hook, first, last, decisions, verified, denied, claimOmitted, notNeeded, wouldHave } = report;
  const rows: readonly (readonly [label: string, count: number])[] = [
    ['decisions', decisions],
    ['verified', verified],
    ['denied', denied],
    ['allowed without the claim', claimOmitted],
    ['no check needed', notNeeded],
    ['would have been denied', wouldHave.denied],
    ['would have been allowed without the claim', wouldHave.claimOmitted],
    ...Object.entries(wouldHave.refused).map(([code, count]) => [`would have been refused: ${code}`, count] as const),
  ];
  const shown = rows.filter(([label, count]) => count > 0 || label === 'decisions' || label === 'verified');
  const width = Math.max(...shown.map(([label]) => label.length));
  return [
    `Hook ${toPrintable(hook)}, ${first} to ${last}`,
    ...shown.map(([label, count]) => `  ${label.padEnd(width)}  ${String(count).padStart(8)}`),
  ];
}
