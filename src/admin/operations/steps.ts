import type { ProvisionStep, StepStatus } from '../../connections/provisioning.js';
import type { Log } from '../../core/ports.js';
import { type Failure, toFailure, toFailureLines } from './failure.js';

export type StepReport = StepStatus | Failure;

export interface StepResult {
  readonly title: string;
  readonly before: StepReport;
  readonly applied: boolean;
  readonly after: StepReport;
}

/** Inspects every step in order. Nothing is changed. */
export async function* planSteps(steps: readonly ProvisionStep[], log: Log): AsyncGenerator<StepResult> {
  for (const step of steps) {
    const before = await inspect(step, log);
    yield { title: step.title, before, applied: false, after: before };
  }
}

/** Applies steps in order, up to the first that fails. */
export async function* applySteps(steps: readonly ProvisionStep[], log: Log): AsyncGenerator<StepResult> {
  for (const step of steps) {
    const before = await inspect(step, log);
    const applied = isToApply(before);
    const after = applied ? await apply(step, log) : before;
    yield { title: step.title, before, applied, after };
    if (!isDone(after)) return;
  }
}

export const isToApply = ({ state }: StepReport): boolean => state === 'missing' || state === 'different';

/** Returns true if nothing is left that can be done automatically. */
export const isDone = ({ state }: StepReport): boolean => state === 'ready' || state === 'manual';

/** Returns true if a person must act first. */
export const isStuck = ({ state }: StepReport): boolean => state === 'blocked' || state === 'failed';

async function inspect(step: ProvisionStep, log: Log): Promise<StepReport> {
  return step.inspect().catch((error: unknown) => toFailure(error, log));
}

async function apply(step: ProvisionStep, log: Log): Promise<StepReport> {
  try {
    await step.apply();
  } catch (error) {
    return toFailure(error, log);
  }
  return inspect(step, log);
}

export function toStepWords(report: StepReport): string[] {
  switch (report.state) {
    case 'ready':
    case 'missing':
    case 'different':
      return [];
    case 'blocked':
      return [report.reason, report.remedy];
    case 'manual':
      return [...report.instructions];
    case 'failed':
      return toFailureLines(report);
  }
}

/** Returns the changes of a step: `+` is created, `~` is changed. */
export function toStepDiff(report: StepReport): { readonly sign: '+' | '~'; readonly text: string }[] {
  if (report.state !== 'missing' && report.state !== 'different') return [];
  const sign = report.state === 'missing' ? '+' : '~';
  return report.changes.map((text) => ({ sign, text }));
}

/**
 * Change that the step reports until the secret was pushed. The provider does not return its secret, so it cannot be
 * compared.
 */
const change = 'Give the provider the configured secret again';

/** Adds pushing the secret to a step, if the step has one. */
export function pushingSecret(step: ProvisionStep): ProvisionStep {
  const { pushSecret } = step;
  if (pushSecret === undefined) return step;
  let isPushed = false;
  const inspect = async (): Promise<StepStatus> => {
    const status = await step.inspect();
    if (isPushed) return status;
    if (status.state === 'ready') return { state: 'different', changes: [change] };
    return status.state === 'different' ? { ...status, changes: [...status.changes, change] } : status;
  };
  return {
    title: step.title,
    byHand: step.byHand,
    inspect,
    async apply() {
      const before = await step.inspect();
      if (isToApply(before)) await step.apply();
      // An object that was just created has the secret already.
      if (before.state !== 'missing' && (await step.inspect()).state === 'ready') await pushSecret();
      isPushed = true;
    },
  };
}
