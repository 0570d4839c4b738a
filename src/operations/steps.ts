import type { ProvisionStep, StepStatus } from '../connections/provisioning.js';
import type { Log } from '../core/ports.js';
import { type Failure, toFailure } from './failure.js';

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
