import type { ProvisionStep, StepStatus } from '../connections/provisioning.js';
import { isToApply } from './steps.js';

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
