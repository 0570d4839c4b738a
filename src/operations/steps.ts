import type { ProvisionStep, StepStatus } from '../../adapters/provisioning.js';
import type { Log } from '../core/ports.js';
import { type Failure, toFailure } from './failure.js';

/** How a step stands, or why that cannot be told. */
export type StepReport = StepStatus | Failure;

/** What was found at a step, and what is there now. */
export interface StepResult {
  readonly title: string;
  readonly before: StepReport;
  readonly applied: boolean;
  /** The same as `before` where nothing was applied. */
  readonly after: StepReport;
}

/** Looks at every step in order and changes nothing. */
export async function* planSteps(steps: readonly ProvisionStep[], log: Log): AsyncGenerator<StepResult> {
  for (const step of steps) {
    const before = await inspect(step, log);
    yield { title: step.title, before, applied: false, after: before };
  }
}

/** Applies what is missing or different, in order. Ends at the first step that is not done then. */
export async function* applySteps(steps: readonly ProvisionStep[], log: Log): AsyncGenerator<StepResult> {
  for (const step of steps) {
    const before = await inspect(step, log);
    const applied = isToApply(before);
    const after = applied ? await apply(step, log) : before;
    yield { title: step.title, before, applied, after };
    if (!isDone(after)) return;
  }
}

/** Whether `apply` has something to do. */
export const isToApply = ({ state }: StepReport): boolean => state === 'missing' || state === 'different';

/** Whether nothing is left that a program could do. */
export const isDone = ({ state }: StepReport): boolean => state === 'ready' || state === 'manual';

/** Whether a person has to step in before anything can be applied. */
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
