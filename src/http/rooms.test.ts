import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../support/run/paths.js';
import { maxPhotoBytes } from '../core/secrets.js';
import { formOverheadBytes, poolLimits } from './request-budget.js';

const mebibyte = 1024 * 1024;
const sumMiB = Object.values(poolLimits).reduce(
  (sum, { anonymous: strangers, authenticated: callers }) =>
    sum + (strangers.capacityBytes + callers.capacityBytes) / mebibyte,
  0,
);

test('memory for all bodies, their decoding and the process fits the lowest memory limit in infra', () => {
  const values = readFileSync(join(projectRoot, 'infra/helm/facestep/values.yaml'), 'utf8');
  const [, limit] = /^ {2}limits:\n(?:.*\n)?.*\n? {4}memory: (\d)Gi$/m.exec(values) ?? [];
  expect(2 * sumMiB + 320).toBeLessThan(Number(limit) * 1024);
});

test('the share of one source fits the largest body of an anonymous caller', () => {
  expect(poolLimits.capture.anonymous.shareBytes).toBeGreaterThanOrEqual(maxPhotoBytes + formOverheadBytes);
});
