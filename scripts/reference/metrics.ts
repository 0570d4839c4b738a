import { z } from 'zod';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { toPage, toTable, toText } from './markdown.js';

const metricGuard = z.object({ name: z.string(), help: z.string(), labelNames: z.array(z.string()) });

export async function renderMetrics(): Promise<string> {
  const { registry } = createMetrics();
  const rows = (await registry.getMetricsAsJSON()).map(({ name, type }) => {
    const { help, labelNames } = metricGuard.parse(registry.getSingleMetric(name));
    return [`\`${name}\``, String(type), labelNames.map((label) => `\`${label}\``).join(', '), toText(help)];
  });
  return toPage(
    'Metrics',
    'Every metric of facestep at the Prometheus address `telemetry.metrics`. [Operations](../operations.md) explains what to watch.',
    [toTable(['metric', 'type', 'labels', 'meaning'], rows)],
  );
}
