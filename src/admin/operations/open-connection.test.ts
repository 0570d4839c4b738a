import { expect, test } from '@jest/globals';
import type { ProvisionStep } from '../../connections/provisioning.js';
import { nameSteps } from './open-connection.js';

test('steps with equal or similar titles get different ids', () => {
  const titles = ['Token hook', 'Token hook', 'Token hook 2', 'Token hook'];
  const steps = titles.map((title) => ({ title }) as ProvisionStep);
  expect(nameSteps(steps).map(({ id }) => id)).toEqual([
    'token-hook',
    'token-hook-2',
    'token-hook-2-2',
    'token-hook-3',
  ]);
});
