import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTextLog } from '../../support/fakes/sinks.js';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/servers/otlp.js';
import { createManualClock } from '../../test/contract/state.js';
import { Credential } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { createRequestContexts } from './log.js';
import { countAuditEvents, openTelemetry } from './telemetry.js';

const clock = createManualClock();
const ended = { method: 'POST', route: '/generate', status: 200, refusal: undefined };

let receiver: OtlpReceiver;
let log: ReturnType<typeof createTextLog>;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  log = createTextLog();
});

async function open(traces: { url?: string; sampleRatio?: number } | null = null) {
  const contexts = createRequestContexts();
  const authorization = new Credential('Bearer of-the-receiver');
  const config = traces && { url: receiver.url, sampleRatio: 1, authorization, ...traces };
  return { contexts, telemetry: await openTelemetry({ traces: config }, { clock, contexts, log }) };
}

const begin = (telemetry: Awaited<ReturnType<typeof open>>['telemetry'], traceparent?: string) =>
  telemetry.followRequest({ requestId: 'a1', traceparent, network: '192.0.2.0/24', userAgent: null });

describe('metrics', () => {
  test('count requests by route and refusals by code, without labels chosen by the caller', async () => {
    const { telemetry } = await open();
    begin(telemetry).end(ended);
    const refusal = new FaceError('not_found');
    begin(telemetry).end({ ...ended, method: 'PROPFIND', route: 'none', status: 405, refusal });
    begin(telemetry).end({ ...ended, status: null, refusal: new TypeError('canary') });
    const text = await telemetry.metrics.registry.metrics();
    expect(text).toContain('facestep_http_requests_total{method="POST",route="/generate",status="200"} 1');
    expect(text).toContain('facestep_http_requests_total{method="other",route="none",status="405"} 1');
    expect(text).toContain('facestep_refusals_total{code="not_found"} 1');
    expect(text).toContain('facestep_refusals_total{code="internal"} 1');
    expect(text).not.toContain('canary');
  });

  test('record the remaining time of a hook’s budget, and the hooks that exceeded it', async () => {
    const { telemetry } = await open();
    const labels = { connection: 'acme', hook: 'token' };
    telemetry.expectHook(labels);
    const inTime = telemetry.followHook(labels, 1_500);
    clock.advanceSec(0.4);
    inTime();
    const late = telemetry.followHook(labels, 1_500);
    clock.advanceSec(1.5);
    late();
    const text = await telemetry.metrics.registry.metrics();
    expect(text).toContain('facestep_hook_budget_left_seconds_bucket{le="1",connection="acme",hook="token"} 1');
    expect(text).toContain('facestep_hook_budget_left_seconds_bucket{le="1.25",connection="acme",hook="token"} 2');
    expect(text).toContain('facestep_hook_late_total{connection="acme",hook="token"} 1');
    expect(log.text().match(/late hook reply/g)).toHaveLength(1);
  });

  test('count denials, but not replies that let a sign-in through', async () => {
    const { telemetry } = await open();
    const count = countAuditEvents({ ...telemetry, log }, new Set(['acme']));
    const event = { connection: 'acme', subject: 'u1' };
    for (const fallback of ['deny', 'omit_claim', 'pass'] as const)
      count({ ...event, action: 'hook_decided', detail: { hook: 'token', outcome: 'unverified', fallback } });
    count({ ...event, connection: 'unknown', action: 'verification_refused', detail: { code: 'face_mismatch' } });
    const text = await telemetry.metrics.registry.metrics();
    expect(text.split('\n').filter((line) => line.startsWith('facestep_denials_total'))).toEqual([
      'facestep_denials_total{connection="acme",kind="sign_in"} 2',
      'facestep_denials_total{connection="other",kind="check"} 1',
    ]);
    expect(log.text().match(/denied/g)).toHaveLength(3);
  });

  test('count the calls of a port by outcome without changing the port’s results', async () => {
    const { telemetry } = await open();
    const store = createSqliteState({ file: ':memory:', clock });
    const state = telemetry.observePort('state', store);
    expect(await state.write('canary-key', 'canary-value', { when: 'any', expiresAt: null })).toBe(true);
    expect((await state.read('canary-key'))?.value).toBe('canary-value');
    await store.close();
    await expect(state.read('canary-key')).rejects.toMatchObject({ code: 'state_unavailable' });
    const text = await telemetry.metrics.registry.metrics();
    expect(text).toContain('facestep_port_calls_total{port="state",operation="write",outcome="ok"} 1');
    expect(text).toContain('facestep_port_calls_total{port="state",operation="read",outcome="state_unavailable"} 1');
    expect(text).not.toContain('canary');
  });
});

describe('traces', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const traceparent = `00-${traceId}-b7ad6b7169203331-00`;

  test('contain a request and only the port calls of that request', async () => {
    const { telemetry, contexts } = await open({});
    const store = createSqliteState({ file: ':memory:', clock });
    const state = telemetry.observePort('state', store);
    const one = begin(telemetry, traceparent);
    const two = begin(telemetry);
    await Promise.all([one.run(() => state.read('canary')), two.run(() => state.delete('canary'))]);
    await store.close();
    await one.run(() => state.add('canary', 1, clock.now())).catch(() => {});
    expect(contexts.current()).toBeNull();
    one.end({ ...ended, status: 503, refusal: new FaceError('state_unavailable', 'canary') });
    two.end(ended);
    await telemetry.close();

    const mine = receiver.spans.filter((span) => span.traceId === traceId);
    const request = mine.find(({ name }) => name === 'POST /generate');
    expect(request).toMatchObject({
      parentSpanId: 'b7ad6b7169203331',
      status: { code: 2 },
      attributes: {
        'facestep.request_id': 'a1',
        'http.request.method': 'POST',
        'http.route': '/generate',
        'http.response.status_code': 503,
        'error.type': 'state_unavailable',
      },
    });
    const steps = mine.filter((span) => span !== request);
    expect(steps.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['state.read', {}],
      ['state.add', { 'error.type': 'state_unavailable' }],
    ]);
    for (const { parentSpanId } of steps) expect(parentSpanId).toBe(request?.spanId);
    expect(receiver.spans.filter((span) => span.traceId !== traceId).map(({ name }) => name)).toEqual([
      'state.delete',
      'POST /generate',
    ]);
    expect(receiver.text()).not.toContain('canary');
    expect(new Set(receiver.authorizations)).toEqual(new Set(['Bearer of-the-receiver']));
  });

  test.each(['canary', `01-${traceId}-b7ad6b7169203331-01`, `00-${'0'.repeat(32)}-b7ad6b7169203331-01`])(
    'ignore the invalid traceparent header %s',
    async (header) => {
      const { telemetry } = await open({});
      begin(telemetry, header).end(ended);
      await telemetry.close();
      expect(receiver.spans).toHaveLength(1);
      expect(receiver.spans[0]?.traceId).not.toMatch(/^0+$/);
      expect(receiver.text().toLowerCase()).not.toContain(traceId);
    },
  );

  test('to an unavailable receiver are dropped and logged once, without delaying requests or shutdown', async () => {
    await receiver.close();
    const { telemetry } = await open({});
    for (let count = 0; count < 1_000; count += 1) begin(telemetry).end(ended);
    await telemetry.close();
    const told = log.text().split('\n');
    expect(told).toEqual([expect.stringContaining('trace delivery failed')]);
  });
});
