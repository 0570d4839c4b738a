import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { CommandError, UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findConnection } from '../../cli/find-connection.js';
import { readGivenFile } from '../../cli/named-file.js';
import { countStates, toPrintable } from '../../cli/table.js';
import type { EnrolmentCoverage } from '../../connections/coverage.js';
import type { ProvisionStep } from '../../connections/provisioning.js';
import type { Policy } from '../../core/connection.js';
import { type Failure, toFailure, toFailureLines } from '../operations/failure.js';
import { applyModes, readSwitchedModes } from '../operations/modes.js';
import { requirePublicUrl, wouldRefuseAll } from '../operations/open-connection.js';
import { toCoverageFinding } from '../operations/plan.js';
import {
  applySteps,
  isDone,
  isStuck,
  isToApply,
  planSteps,
  pushingSecret,
  type StepReport,
  type StepResult,
} from '../operations/steps.js';

const words = {
  failed: 'failed',
  blocked: 'blocked',
  missing: 'missing',
  different: 'different',
  ready: 'ready',
  manual: 'by hand',
} as const satisfies Record<StepReport['state'], string>;

export const toPlannedLines = (number: number, { title, before }: StepResult): string[] =>
  toLines(`${number}. ${title}: ${words[before.state]}`, toReportLines(before));

export function toAppliedLines(number: number, { title, applied, after }: StepResult): string[] {
  if (after.state === 'ready') return toLines(`${number}. ${title}: ${applied ? 'done' : 'was ready'}`, []);
  if (after.state === 'manual')
    return toLines(`${number}. ${title}: ${applied ? 'done, the rest by hand' : 'by hand'}`, []);
  const word = applied && after.state !== 'failed' ? `still ${words[after.state]}` : words[after.state];
  return toLines(`${number}. ${title}: ${word}`, toReportLines(after));
}

const toCounts = (reports: readonly StepReport[]): string =>
  countStates(
    words,
    reports.map(({ state }) => state),
  );

function toReportLines(report: StepReport): string[] {
  switch (report.state) {
    case 'ready':
      return [];
    case 'missing':
    case 'different':
      return report.changes.map((change) => `+ ${change}`);
    case 'blocked':
      return [report.reason, `To do: ${report.remedy}`];
    case 'manual':
      return report.instructions.map((instruction) => `- ${instruction}`);
    case 'failed':
      return toFailureLines(report);
  }
}

const toLines = (title: string, lines: readonly string[]): string[] => [
  toPrintable(title),
  ...lines.map((line) => `     ${toPrintable(line)}`),
];

const states = `
States of a step:
  ready      exists and is correct
  missing    does not exist; --apply creates it
  different  was created by facestep, but is not correct; --apply changes it
  blocked    an object that facestep did not create is in the way; it is never overwritten
  by hand    only the provider’s console can change or show it; the steps are printed
  failed     the provider did not answer, or refused`;

export function createProvisionCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('provision')
    .summary('set up a connection at its provider')
    .description(
      'Creates or adopts the objects at the provider: the attribute, the hooks and their assignments. Prints first what it will ' +
        'change; objects that it does not own change only as printed. It is idempotent.',
    )
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .option('--plan', 'print what would change, and change nothing')
    .option('--apply', 'apply the changes')
    .option('--push-secrets', 'send the configured secrets to the provider again')
    .option('--yes', 'apply even if policy.mode is enforce and no user is enrolled')
    .addHelpText('after', states)
    .action(async (given, options) => {
      if (options.plan === options.apply) throw new UsageError('pass either --plan or --apply');
      const loaded = await deps.loadSetup();
      const setup = applyModes(loaded, await readSwitchedModes(loaded, deps));
      const connection = findConnection(setup, given);
      const publicUrl = requirePublicUrl(setup);
      const adapter = await connection.createAdapter(publicUrl);
      const provisioning = await adapter.createProvisioning();
      const steps = options.pushSecrets === true ? provisioning.steps.map(pushingSecret) : provisioning.steps;
      const subject = { connection: connection.id, kind: connection.kind, publicUrl };
      const mode = options.plan === true ? 'plan' : 'apply';
      const { permissions = [] } = provisioning;
      const count = () => provisioning.census().catch((error: unknown) => toFailure(error, deps.log));
      const run = {
        deps,
        steps,
        permissions,
        mode,
        count,
        policy: connection.policy,
        isSure: options.yes === true,
      } as const;
      const isFine = deps.isJson() ? await printJson(run, subject) : await printText(run, subject);
      deps.endWith(isFine ? 0 : 1);
    });
}

type Counted = EnrolmentCoverage | Failure;

interface Run {
  readonly deps: CliDeps;
  readonly steps: readonly ProvisionStep[];
  readonly permissions: readonly string[];
  readonly mode: 'plan' | 'apply';
  readonly count: () => Promise<Counted>;
  readonly policy: Policy;
  readonly isSure: boolean;
}

interface Subject {
  readonly connection: string;
  readonly kind: string;
  readonly publicUrl: string;
}

/** Returns lines with the permissions that `--apply` needs. */
const toPermissionLines = ({ permissions }: Run): string[] =>
  permissions.length === 0 ? [] : [...toLines('Permissions that --apply needs:', permissions), ''];

async function printText(run: Run, subject: Subject): Promise<boolean> {
  const { deps, steps, mode } = run;
  const { print, log } = deps;
  print(`${subject.connection} (${subject.kind}), reached at ${subject.publicUrl}`);
  print('');
  const planned = await collect(planSteps(steps, log), (result, number) =>
    toPlannedLines(number, result).forEach(print),
  );
  print('');
  const census = await run.count();
  for (const line of toCensusLines(census, run)) print(toPrintable(line));
  if (mode === 'plan') {
    for (const line of toPermissionLines(run)) print(line);
    const found = planned.map(({ before }) => before);
    print(`${toCounts(found)}. Nothing was changed.${found.some(isToApply) ? ' --apply does what is marked +.' : ''}`);
    return !found.some(isStuck);
  }
  checkMayApply(census, run);
  print('Applying, in this order:');
  const applied = await collect(applySteps(steps, log), (result, number) =>
    toAppliedLines(number, result).forEach(print),
  );
  print('');
  const left = applied.map(({ after }) => after);
  const changes = applied.filter((result) => result.applied && isDone(result.after)).length;
  print(`${toCounts(left)}. ${changes === 1 ? '1 step was' : `${changes} steps were`} applied.`);
  const unreached = steps.length - applied.length;
  if (unreached > 0) print(`Stopped: ${unreached === 1 ? '1 step was' : `${unreached} steps were`} not reached.`);
  return left.every(isDone);
}

async function printJson(run: Run, subject: Subject): Promise<boolean> {
  const { deps, steps, mode } = run;
  const census = await run.count();
  if (mode === 'apply') checkMayApply(census, run);
  const results = await collect(mode === 'plan' ? planSteps(steps, deps.log) : applySteps(steps, deps.log));
  const ok =
    mode === 'plan' ? !results.some(({ before }) => isStuck(before)) : results.every(({ after }) => isDone(after));
  const notReached = steps.slice(results.length).map(({ title }) => title);
  const told = isKnown(census) ? census : null;
  deps.printJson({ ...subject, mode, ok, census: told, permissions: run.permissions, steps: results, notReached });
  return ok;
}

const isKnown = (census: Counted): census is EnrolmentCoverage => 'users' in census;

/** Returns lines that say how many users would be refused at once if the changes were applied. */
function toCensusLines(census: Counted, { policy }: Run): string[] {
  if (!isKnown(census)) {
    return [`Enrolled users cannot be counted: ${toFailureLines(census).join(': ')}`, ''];
  }
  const { found, remedy } = toCoverageFinding(census, policy);
  return [`Users: ${found}`, ...(remedy === null ? [] : [`     To do: ${remedy}`]), ''];
}

/**
 * Refuses changes that would lock out every user. If the count failed, changes are allowed.
 * @throws CommandError `nobody_enrolled`
 */
function checkMayApply(census: Counted, { policy, isSure }: Run): void {
  if (isSure || !isKnown(census) || !wouldRefuseAll(census, policy)) return;
  throw new CommandError('nobody_enrolled', { found: toCoverageFinding(census, policy).found });
}

async function collect(
  results: AsyncIterable<StepResult>,
  show: (result: StepResult, number: number) => void = () => {},
): Promise<StepResult[]> {
  const collected: StepResult[] = [];
  for await (const result of results) {
    collected.push(result);
    show(result, collected.length);
  }
  return collected;
}

export function createSmartHookCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('smart-hook')
    .summary('print the JavaScript that OneLogin runs')
    .description(
      'Renders the Smart Hook of a OneLogin connection. It contains no secret. “facestep provision” uploads it. This command prints it, or ' +
        'combines it with your existing function.',
    )
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .requiredOption('--type <type>', 'which hook: pre-authentication or user-migration')
    .option('--compose <file>', 'your own CommonJS function, which runs first')
    .action(async (given, { type, compose }) => {
      const setup = await deps.loadSetup();
      const { id, kind, createAdapter } = findConnection(setup, given);
      const artefacts = new Map(Object.entries((await createAdapter(requirePublicUrl(setup))).artefacts ?? {}));
      if (artefacts.size === 0) throw new UsageError(`"${id}" is of kind ${kind}: only OneLogin has Smart Hooks`);
      const render = artefacts.get(type);
      if (render === undefined) throw new UsageError(`--type is one of ${[...artefacts.keys()].join(', ')}`);
      deps.print(await render(compose === undefined ? null : (await readGivenFile(compose)).toString()));
    });
}
