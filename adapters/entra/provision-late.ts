import type { ProvisionStep, StepStatus } from '../../src/connections/provisioning.js';
import { FaceError } from '../../src/errors.js';
import { type EntraProvisionDeps, isMissing } from './provision-graph.js';

/** Retry delays, in seconds: one minute in total. Graph may take 5 to 20 s to show new objects. */
const waitsSec = [1, 2, 3, 5, 8, 10, 15, 15];

/** Wraps a step so that its `apply` waits until Graph shows the result. */
export const untilShown = (step: ProvisionStep, deps: Pick<EntraProvisionDeps, 'graph' | 'sleep'>): ProvisionStep => ({
  ...step,
  async apply() {
    await applyWhenReady(step, deps);
    for (const waitSec of waitsSec) {
      if (!isLacking(await step.inspect())) return;
      await deps.sleep(waitSec * 1000);
    }
    if (!isLacking(await step.inspect())) return;
    throw new FaceError('provider_refused', { reason: 'Graph took it and does not show it: run the same again later' });
  },
});

async function applyWhenReady(
  step: ProvisionStep,
  { graph, sleep }: Pick<EntraProvisionDeps, 'graph' | 'sleep'>,
): Promise<void> {
  for (const waitSec of waitsSec) {
    try {
      return await step.apply();
    } catch (error) {
      if (!isMissing(error) || !graph.hasJustMade()) throw error;
    }
    await sleep(waitSec * 1000);
  }
  await step.apply();
}

const isLacking = ({ state }: StepStatus): boolean => state === 'missing' || state === 'different';
