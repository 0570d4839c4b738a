import { expect, test } from '@jest/globals';
import { createTextLog } from '../../test/sinks.js';
import type { ProvisionStep, StepStatus } from '../connections/provisioning.js';
import { pushingSecret } from './push-secret.js';
import { applySteps } from './steps.js';

/** A step that stands so until it is applied. */
function createStep(before: StepStatus) {
  const calls: string[] = [];
  let standing = before;
  const step: ProvisionStep = {
    title: 'a hook',
    inspect: async () => standing,
    async apply() {
      calls.push('apply');
      standing = { state: 'ready' };
    },
    async pushSecret() {
      calls.push('push');
    },
  };
  return { step, calls };
}

const run = async (step: ProvisionStep) => {
  const results = [];
  for await (const result of applySteps([step], createTextLog())) results.push(result);
  return results[0];
};

test('a step that is ready gets its secret once, and is ready then', async () => {
  const { step, calls } = createStep({ state: 'ready' });
  const pushing = pushingSecret(step);
  expect(await run(pushing)).toMatchObject({
    before: { state: 'different' },
    applied: true,
    after: { state: 'ready' },
  });
  expect(calls).toEqual(['push']);
});

test('one that is different is changed first; one that is missing is made with it', async () => {
  const different = createStep({ state: 'different', changes: ['Activate it'] });
  expect(await pushingSecret(different.step).inspect()).toMatchObject({ changes: ['Activate it', expect.any(String)] });
  await run(pushingSecret(different.step));
  expect(different.calls).toEqual(['apply', 'push']);
  const missing = createStep({ state: 'missing', changes: ['Make it'] });
  await run(pushingSecret(missing.step));
  expect(missing.calls).toEqual(['apply']);
});

test.each<StepStatus>([
  { state: 'blocked', reason: 'in the way', remedy: 'move it' },
  { state: 'manual', instructions: ['click'] },
])('what is $state stays so', async (status) => {
  const { step, calls } = createStep(status);
  expect(await run(pushingSecret(step))).toMatchObject({ after: status });
  expect(calls).toEqual([]);
});

test('a step without a secret is the same step', () => {
  const { step } = createStep({ state: 'ready' });
  const { pushSecret: _, ...plain } = step;
  expect(pushingSecret(plain)).toBe(plain);
});
