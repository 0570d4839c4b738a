import { expect, test } from '@jest/globals';
import { createMetrics, metricNames } from './metrics.js';

test('the registry holds the metrics that are named', async () => {
  const held = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name);
  expect(held.toSorted()).toEqual(metricNames.toSorted());
});
