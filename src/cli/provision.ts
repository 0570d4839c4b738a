import { Command } from 'commander';
import type { Provisioning } from '../../adapters/provisioning.js';
import type { CliDeps } from './deps.js';
import { findConnection } from './find-connection.js';
import { requirePublicUrl } from './public-url.js';
import { toAppliedLines, toCounts, toFoundLines } from './step-text.js';
import { applySteps, isDone, isStuck, isToApply, planSteps, type StepResult } from './steps.js';
import { UsageError } from './usage-error.js';

interface Options {
  readonly plan?: true;
  readonly apply?: true;
  readonly json?: true;
}

/** `facestep provision`: sets a connection up at its provider. */
export function createProvisionCommand(deps: CliDeps): Command {
  return new Command('provision')
    .summary('set a connection up at its provider')
    .description(
      'Creates or adopts what the provider needs: the attribute, the hook, what attaches it. Shows first what it will ' +
        'change, and never changes what it does not own. Doing it twice changes nothing.',
    )
    .argument('<connection>', 'its id in the configuration')
    .option('--plan', 'show what would change, and change nothing')
    .option('--apply', 'change it')
    .option('--json', 'print JSON')
    .action(async (id: string, options: Options) => {
      if (options.plan === options.apply) throw new UsageError('give one of --plan and --apply');
      const setup = await deps.loadSetup();
      const connection = findConnection(setup, id);
      const publicUrl = requirePublicUrl(setup);
      const adapter = await connection.createAdapter(publicUrl);
      const provisioning = await adapter.createProvisioning();
      const subject = { connection: id, kind: connection.kind, publicUrl };
      const mode = options.plan === true ? 'plan' : 'apply';
      const run = { deps, provisioning, mode } as const;
      const isFine = options.json === true ? await printJson(run, subject) : await printText(run, subject);
      deps.endWith(isFine ? 0 : 1);
    });
}

interface Run {
  readonly deps: CliDeps;
  readonly provisioning: Provisioning;
  readonly mode: 'plan' | 'apply';
}

interface Subject {
  readonly connection: string;
  readonly kind: string;
  readonly publicUrl: string;
}

async function printText({ deps, provisioning: { steps }, mode }: Run, subject: Subject): Promise<boolean> {
  const { print, log } = deps;
  print(`${subject.connection} (${subject.kind}), reached at ${subject.publicUrl}`);
  print('');
  const planned = await collect(planSteps(steps, log), (result, number) => toFoundLines(number, result).forEach(print));
  print('');
  if (mode === 'plan') {
    const found = planned.map(({ before }) => before);
    print(`${toCounts(found)}. Nothing was changed.${found.some(isToApply) ? ' --apply does what is marked +.' : ''}`);
    return !found.some(isStuck);
  }
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

async function printJson({ deps, provisioning: { steps }, mode }: Run, subject: Subject): Promise<boolean> {
  const results = await collect(mode === 'plan' ? planSteps(steps, deps.log) : applySteps(steps, deps.log));
  const ok =
    mode === 'plan' ? !results.some(({ before }) => isStuck(before)) : results.every(({ after }) => isDone(after));
  const notReached = steps.slice(results.length).map(({ title }) => title);
  deps.print(JSON.stringify({ ...subject, mode, ok, steps: results, notReached }, null, 2));
  return ok;
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
