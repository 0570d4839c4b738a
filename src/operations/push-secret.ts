import type { ProvisionStep, StepStatus } from '../../adapters/provisioning.js';
import { isToApply } from './steps.js';

/** Nobody can see that the provider has another secret, so it is taken for one until it was pushed. */
const change = 'Give the provider the configured secret again';

/** The step, which also gives the provider its secret once more. One that carries none stays as it is. */
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
      // What has just been made has it already.
      if (before.state !== 'missing' && (await step.inspect()).state === 'ready') await pushSecret();
      isPushed = true;
    },
  };
}
