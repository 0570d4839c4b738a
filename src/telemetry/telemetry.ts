import { z } from 'zod';
import type { TelemetryConfig } from '../config/telemetry.js';
import type { Clock, Log } from '../core/ports.js';
import { FaceError, toCode } from '../errors.js';
import { createMetrics, type Metrics } from './metrics.js';
import { createObservePort, type ObservePort } from './observed-port.js';
import type { RequestContexts } from './request-context.js';
import type { Tracing } from './tracing.js';

/** How a request ended. */
export interface RequestOutcome {
  readonly method: string;
  /** Its pattern, such as `/step-ups/:id`; `none` where no address of ours was asked for. */
  readonly route: string;
  /** `null` where whoever asked was gone before the answer began. */
  readonly status: number | null;
  /** What was thrown; `undefined` where nothing was refused. */
  readonly refusal: unknown;
}

/** A request that has begun. */
export interface FollowedRequest {
  /** Log lines, port calls and steps of `work` are known to be this request's. */
  run<Result>(work: () => Result): Result;
  end(outcome: RequestOutcome): void;
}

/** What this process tells of itself, beside its log. */
export interface Telemetry {
  readonly metrics: Metrics;
  readonly observePort: ObservePort;
  /** @param request.traceparent - as a proxy sent it, unchecked; `undefined` where none did, or none is trusted */
  followRequest(request: {
    readonly requestId: string;
    readonly traceparent: string | undefined;
    readonly network: string | null;
  }): FollowedRequest;
  /**
   * There is this hook, and it may be late: counted from nothing, so that whoever watches the count sees the first time. Calling it
   * again changes nothing.
   */
  expectHook(hook: { readonly connection: string; readonly hook: string }): void;
  /**
   * A hook of a configured connection begins its work.
   * @param budgetMs - within which it is to answer, in milliseconds
   * @returns to be called when it has answered
   */
  followHook(hook: { readonly connection: string; readonly hook: string }, budgetMs: number): () => void;
  /** Delivers what is left. */
  close(): Promise<void>;
}

/** Counting costs little and is always on; metrics are served and traces are sent where that is configured. */
export async function openTelemetry(
  config: Pick<TelemetryConfig, 'traces'>,
  { clock, contexts, log }: { readonly clock: Clock; readonly contexts: RequestContexts; readonly log: Log },
): Promise<Telemetry> {
  const metrics = createMetrics();
  // Loaded where traces are configured, and not before.
  const tracing = config.traces === null ? null : (await import('./tracing.js')).openTracing(config.traces, { log });
  return {
    metrics,
    observePort: createObservePort(metrics, contexts),
    followRequest: (request) => followRequest(request, { metrics, tracing, contexts }),
    expectHook: (labels) => metrics.hookLate.inc(labels, 0),
    followHook(labels, budgetMs) {
      const startedAt = clock.now();
      return () => {
        const leftMs = budgetMs - (clock.now() - startedAt);
        metrics.hookBudgetLeft.observe(labels, leftMs / 1000);
        if (leftMs <= 0) metrics.hookLate.inc(labels);
      };
    },
    close: async () => tracing?.close(),
  };
}

/** Every other method is one word, so that nobody can make up more. */
const knownMethods = ['GET', 'HEAD', 'POST', 'OPTIONS'];

function followRequest(
  { requestId, traceparent, network }: Parameters<Telemetry['followRequest']>[0],
  { metrics, tracing, contexts }: { metrics: Metrics; tracing: Tracing | null; contexts: RequestContexts },
): FollowedRequest {
  const trace = tracing?.beginRequest(requestId, traceparent) ?? null;
  const stopTimer = metrics.requestDuration.startTimer();
  return {
    run: (work) => contexts.run({ requestId, network, trace }, work),
    end(outcome) {
      const { route, status, refusal } = outcome;
      const method = knownMethods.includes(outcome.method) ? outcome.method : 'other';
      stopTimer({ method, route });
      metrics.requests.inc({ method, route, status: status ?? 'aborted' });
      if (refusal !== undefined) countRefusal(refusal, metrics);
      trace?.end({ method, route, status, code: refusal === undefined ? null : toCode(refusal) });
    },
  };
}

/** What a refusal tells of itself: the limit it is about, or whose failed attempts were too many. Names of ours. */
const aboutGuard = z.object({ limit: z.string().optional(), lockout: z.string().optional() });

function countRefusal(refusal: unknown, { refusals, lockouts, limitsRefused }: Metrics): void {
  const code = toCode(refusal);
  refusals.inc({ code });
  const { data } = aboutGuard.safeParse(refusal instanceof FaceError ? refusal.detail : null);
  if (code === 'quota_exceeded') limitsRefused.inc({ limit: 'quota' });
  else if (data?.limit !== undefined) limitsRefused.inc({ limit: data.limit });
  else if (data?.lockout !== undefined) lockouts.inc({ kind: data.lockout });
}
