import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../test/paths.js';
import { createMetrics, metricNames } from './metrics.js';

test('the registry holds the metrics that are named, and docs/operations.md lists them with their labels', async () => {
  const { registry, ...metrics } = createMetrics();
  const held = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  expect(held.toSorted()).toEqual(metricNames.toSorted());

  const document = readFileSync(join(projectRoot, 'docs/operations.md'), 'utf8');
  const listed = [...document.matchAll(/^\| `(facestep_\w+)` +\| (.*?) *\|/gm)].map(([, name, labels]) => [
    name,
    labels,
  ]);
  const made = Object.values(metrics).map((metric) => {
    const { name, labelNames } = metric as unknown as { name: string; labelNames: string[] };
    return [name, labelNames.map((label) => `\`${label}\``).join(', ')];
  });
  expect(listed.toSorted()).toEqual(made.toSorted());
});
