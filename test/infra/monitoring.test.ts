import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { z } from 'zod';
import { createEndpoints } from '../../src/app/endpoints.js';
import type { ServedHook } from '../../src/connections/hook.js';
import { faceErrorCodes } from '../../src/errors.js';
import { deliveryOutcomes } from '../../src/security-events/ports.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { readPage } from '../../support/benches/page.js';
import { projectRoot } from '../../support/run/paths.js';
import { startApiServer } from '../../support/servers/api-server.js';

const metricNames = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name);

const read = (name: string) => readFileSync(join(projectRoot, 'infra', name), 'utf8');

const rule = z.strictObject({
  alert: z.string().regex(/^Facestep[A-Z]\w+$/),
  expr: z.string(),
  for: z.string().regex(/^\d+m$/),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const alertsGuard = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule).min(1) })).min(1),
});
const rules = alertsGuard
  .parse(parse(read('prometheus/alerts.yaml'), { strict: true }))
  .groups.flatMap((group) => group.rules);

const panel = z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) });
const dashboardGuard = z.object({ panels: z.array(panel) });
const { panels } = dashboardGuard.parse(JSON.parse(read('grafana/dashboard.json')));

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** Grafana puts an interval in the place of its variables before Prometheus sees the expression. */
const withoutVariables = (expression: string): string => expression.replaceAll('$__rate_interval', '1m');

interface Parsed {
  readonly errors: string[];
  readonly metrics: string[];
  readonly matchers: string[];
}

function parseExpression(expression: string): Parsed {
  const source = withoutVariables(expression);
  const parsed: Parsed = { errors: [], metrics: [], matchers: [] };
  parser.parse(source).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) parsed.errors.push(source.slice(Math.max(0, from - 20), to + 20));
      if (type.name === 'VectorSelector') parsed.metrics.push(source.slice(from, node.firstChild?.to ?? to));
      if (type.name.endsWith('LabelMatcher')) parsed.matchers.push(source.slice(from, to));
    },
  });
  return parsed;
}

/** Made by Prometheus itself, and by every Node process that prom-client watches. */
const foreign = [
  'up',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_eventloop_lag_p99_seconds',
];

test.each(expressions)('%s: the expression is valid PromQL over existing metrics', (_, expression) => {
  const { errors, metrics } = parseExpression(expression);
  expect(errors).toEqual([]);
  expect(metrics).not.toEqual([]);
  const known = [...metricNames, ...foreign];
  expect(metrics.filter((name) => !known.includes(name.replace(/_(bucket|count)$/, '')))).toEqual([]);
});

test('the error codes in alerts and panels exist', () => {
  const asked = expressions
    .flatMap(([, expression]) => parseExpression(expression).matchers)
    .flatMap((matcher) =>
      [...matcher.matchAll(/^(?:code|outcome)=~?"(.*)"$/g)].flatMap(([, codes]) => codes!.split('|')),
    );
  expect(asked.length).toBeGreaterThan(3);
  for (const code of asked) expect([...faceErrorCodes, ...deliveryOutcomes]).toContain(code);
});

const createSilentHook = (): ServedHook => ({
  budgetMs: 1_500,
  proof: 'headers',
  admit: async () => async () => ({ status: 200, body: null }),
  refuse: () => ({ status: 200, body: null }),
  pass: { status: 200, body: null },
});

test('each alert has a section of docs/runbooks.md, and each section an alert', () => {
  const sections = [...readPage('docs/runbooks.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name!);
  expect(sections.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  for (const { alert, annotations } of rules)
    expect(annotations.runbook_url).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
});

test('the routes in alerts exist', async () => {
  const routes = expressions
    .flatMap(([, expression]) => parseExpression(expression).matchers)
    .flatMap((matcher) => /^route=~"(.*)"$/.exec(matcher)?.[1]?.split('|') ?? []);
  expect(routes).not.toEqual([]);
  const server = await startApiServer();
  const known = createEndpoints(server.deps).map(({ path }) => path);
  for (const route of routes) expect(known).toContain(route);
});

describe('the alerts', () => {
  test('a counter of an alert starts at 0, so that the first increase is detected', async () => {
    const server = await startApiServer({
      hooks: new Map([['acme', { token: createSilentHook() }]]),
    });
    const scraped = await server.deps.telemetry.metrics.registry.metrics();
    const counted = rules.flatMap(({ alert, expr }) =>
      [...expr.matchAll(/increase\((facestep_\w+)\[\d+[mh]\]\)+ > [03]$/gm)].map(([, metric]) => ({
        alert,
        expr,
        metric: metric!,
      })),
    );
    expect(counted.length).toBeGreaterThan(2);
    for (const { metric } of counted) expect(scraped).toMatch(new RegExp(`^${metric}(\\{.*\\})? 0$`, 'm'));
    // A store that was lost while no server ran is counted before anybody asks.
    expect(counted.find(({ alert }) => alert === 'FacestepStateReplaced')?.expr).toContain(
      '(facestep_state_replaced_total > 0 unless facestep_state_replaced_total offset 15m)',
    );
  });
});

test('the dashboard shows every metric', () => {
  const shown = expressions.flatMap(([, expression]) => parseExpression(expression).metrics);
  const missing = metricNames.filter((name) => !shown.some((each) => each.replace(/_bucket$/, '') === name));
  expect(missing).toEqual([]);
});
