import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { TelemetryConfig } from '../config/schema.js';
import type { Ports } from '../core/deps.js';
import type { Log } from '../core/ports.js';
import { withTimeout } from '../core/resilience.js';
import type { FaceErrorCode } from '../errors.js';

export interface TracedOutcome {
  readonly method: string;
  readonly route: string;
  /** HTTP status; `null` without a response. */
  readonly status: number | null;
  readonly code: FaceErrorCode | null;
}

/** Trace of one request. Its spans contain only names and codes. */
export interface RequestTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /**
   * Begins a step, such as `state.read`.
   * @returns a function that ends the step
   */
  beginStep(name: string): (code: FaceErrorCode | null) => void;
  end(outcome: TracedOutcome): void;
}

/** Timeout, which also limits the shutdown. */
const deliveryTimeoutMs = 2_000;

/** Maximum of waiting spans, of about 1 KB each. Further ones are dropped. */
const maxWaitingSpans = 4_096;

/** Sends traces. An outage loses spans but never affects requests. */
export function openTracing(
  { url, authorization, sampleRatio }: NonNullable<TelemetryConfig['traces']>,
  { log }: Ports<'log'>,
) {
  const exporter = new OTLPTraceExporter({
    url,
    headers: authorization === null ? {} : authorization.use((text) => ({ Authorization: text })),
    timeoutMillis: deliveryTimeoutMs,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'facestep' }),
    sampler: new TraceIdRatioBasedSampler(sampleRatio),
    spanProcessors: [
      new BatchSpanProcessor(loggingFailures(exporter, log), {
        maxQueueSize: maxWaitingSpans,
        exportTimeoutMillis: deliveryTimeoutMs,
      }),
    ],
  });
  const tracer = provider.getTracer('facestep');
  return {
    beginRequest: (requestId: string, traceparent: string | undefined) => beginRequest(tracer, requestId, traceparent),
    /** Sends the remaining spans, for 2 s at most. */
    close: (): Promise<void> =>
      withTimeout(
        provider.shutdown().catch(() => {}),
        deliveryTimeoutMs,
        () => {},
      ),
  };
}

/**
 * Begins or continues a trace.
 * @param traceparent - not validated (W3C Trace Context, section 3.2); only this server decides about sampling
 * @returns `null` if the request is not sampled
 */
function beginRequest(tracer: Tracer, requestId: string, traceparent: string | undefined): RequestTrace | null {
  const span = tracer.startSpan(
    'request',
    { kind: SpanKind.SERVER, attributes: { 'facestep.request_id': requestId } },
    toParent(traceparent),
  );
  if (!span.isRecording()) return null;
  const within = trace.setSpan(ROOT_CONTEXT, span);
  return {
    traceId: span.spanContext().traceId,
    beginStep(name) {
      const step = tracer.startSpan(name, {}, within);
      return (code) => end(step, code);
    },
    end({ method, route, status, code }) {
      span.updateName(`${method} ${route}`);
      span.setAttributes({ 'http.request.method': method, 'http.route': route });
      if (status !== null) span.setAttribute('http.response.status_code', status);
      end(span, code, status === null || status >= 500);
    },
  };
}

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
function end(span: Span, code: string | null, isError = code !== null): void {
  if (code !== null) span.setAttribute('error.type', code);
  if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Returns the parent span. Other data of the proxy is ignored. */
function toParent(traceparent: string | undefined) {
  const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, isRemote: true, traceFlags: TraceFlags.NONE });
}

/** Logs only when deliveries begin to fail and when they work again. */
function loggingFailures(exporter: SpanExporter, log: Log): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const hasFailed = result.error !== undefined;
        if (hasFailed && !isFailing) log.warn('trace delivery failed');
        if (!hasFailed && isFailing) log.info('trace delivery recovered');
        isFailing = hasFailed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}
