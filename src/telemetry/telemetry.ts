import { z } from 'zod';
import type { TelemetryConfig } from '../config/schema.js';
import type { AuditEvent, AuditSubscriber } from '../core/audit-events.js';
import type { Clock, Log } from '../core/ports.js';
import { FaceError, type FaceErrorCode, toCode } from '../errors.js';
import type { RequestContexts } from './log.js';
import { createMetrics, type Metrics } from './metrics.js';
import type { openTracing } from './tracing.js';

type PortName = 'state' | 'keys' | 'signer' | 'verifier' | 'profile' | 'audit' | 'delivery' | 'ledger';

/** Wraps a port, whose calls leave the process or take time, to observe it. */
export type ObservePort = <Port extends object>(name: PortName, port: Port) => Port;

/** Creates the wrapper that counts, times and traces calls that return a promise. Arguments are not recorded. */
function createObservePort(metrics: Metrics, contexts: RequestContexts): ObservePort {
  const createObserve = (port: PortName, operation: string): ((call: Promise<unknown>) => Promise<unknown>) => {
    const step = `${port}.${operation}`;
    const duration = metrics.portDuration.labels({ port, operation });
    const succeeded = metrics.portCalls.labels({ port, operation, outcome: 'ok' });
    return (call) => {
      const stopTimer = duration.startTimer();
      const endStep = contexts.current()?.trace?.beginStep(step);
      const end = (code: FaceErrorCode | null): void => {
        stopTimer();
        endStep?.(code);
        if (code === null) succeeded.inc();
        else metrics.portCalls.inc({ port, operation, outcome: code });
      };
      return call.then(
        (result) => {
          end(null);
          return result;
        },
        (error: unknown) => {
          end(toCode(error));
          throw error;
        },
      );
    };
  };
  return (name, port) => {
    const wrapped = new Map<unknown, (...given: unknown[]) => unknown>();
    const wrap = (target: object, member: (...given: never[]) => unknown, operation: string) => {
      const observe = createObserve(name, operation);
      return (...given: unknown[]): unknown => {
        const returned: unknown = Reflect.apply(member, target, given);
        return returned instanceof Promise ? observe(returned) : returned;
      };
    };
    return new Proxy(port, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property);
        if (!isMethod(member) || typeof property !== 'string') return member;
        // The member is looked up at each call, because it may be replaced.
        const known = wrapped.get(member) ?? wrap(target, member, property);
        wrapped.set(member, known);
        return known;
      },
    });
  };
}

const isMethod = (member: unknown): member is (...given: never[]) => unknown => typeof member === 'function';

export interface RequestOutcome {
  readonly method: string;
  /** Route pattern; `none` for unknown paths. */
  readonly route: string;
  /** HTTP status; `null` if the client disconnected before the response. */
  readonly status: number | null;
  /** Error of the request; `undefined` if successful. */
  readonly refusal: unknown;
}

export interface FollowedRequest {
  /** Runs work whose log lines, port calls and steps belong to this request. */
  run<Result>(work: () => Result): Result;
  end(outcome: RequestOutcome): void;
}

export interface Telemetry {
  readonly metrics: Metrics;
  readonly observePort: ObservePort;
  /** @param request.traceparent - header from a trusted proxy, not validated */
  followRequest(request: {
    readonly requestId: string;
    readonly traceparent: string | undefined;
    readonly network: string | null;
    readonly userAgent: string | null;
  }): FollowedRequest;
  /** Initializes a hook's counter at 0, so that alerts notice the first late call. Idempotent. */
  expectHook(hook: { readonly connection: string; readonly hook: string }): void;
  /**
   * @param budgetMs - time limit of the reply
   * @returns a function to call when the reply is sent
   */
  followHook(hook: { readonly connection: string; readonly hook: string }, budgetMs: number): () => void;
  close(): Promise<void>;
}

/** Opens telemetry. Metrics and traces are exported if configured. */
export async function openTelemetry(
  config: Pick<TelemetryConfig, 'traces'>,
  { clock, contexts, log }: { readonly clock: Clock; readonly contexts: RequestContexts; readonly log: Log },
): Promise<Telemetry> {
  const metrics = createMetrics();
  // The tracing module is loaded only if traces are configured.
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
        if (leftMs > 0) return;
        metrics.hookLate.inc(labels);
        log.warn('late hook reply', { ...labels, lateMs: -leftMs });
      };
    },
    close: async () => tracing?.close(),
  };
}

/** Methods that are counted by name. Others are not, so that callers cannot create time series. */
const knownMethods = ['GET', 'HEAD', 'POST', 'OPTIONS'];

function followRequest(
  { requestId, traceparent, network, userAgent }: Parameters<Telemetry['followRequest']>[0],
  {
    metrics,
    tracing,
    contexts,
  }: { metrics: Metrics; tracing: ReturnType<typeof openTracing> | null; contexts: RequestContexts },
): FollowedRequest {
  const trace = tracing?.beginRequest(requestId, traceparent) ?? null;
  const stopTimer = metrics.requestDuration.startTimer();
  return {
    run: (work) => contexts.run({ requestId, network, userAgent, trace }, work),
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

/** Name of the limit or lockout in the detail of a refusal. */
const aboutGuard = z.object({ limit: z.string().optional(), lockout: z.string().optional() });

function countRefusal(refusal: unknown, { refusals, lockouts, limitsRefused }: Metrics): void {
  const code = toCode(refusal);
  refusals.inc({ code });
  const { data } = aboutGuard.safeParse(refusal instanceof FaceError ? refusal.detail : null);
  if (code === 'quota_exceeded') limitsRefused.inc({ limit: 'quota' });
  else if (data?.limit !== undefined) limitsRefused.inc({ limit: data.limit });
  else if (data?.lockout !== undefined) lockouts.inc({ kind: data.lockout });
}

/** Counts audit records by connection, and logs denials. Unknown connections are named `other`. */
export const countAuditEvents =
  (
    { metrics, log }: { readonly metrics: Metrics; readonly log: Log },
    connections: ReadonlySet<string>,
  ): AuditSubscriber =>
  (event) => {
    const { action, detail } = event;
    const connection = connections.has(event.connection) ? event.connection : 'other';
    metrics.auditEvents.inc({ action, connection });
    const kind = denialOf(event);
    if (kind !== null) {
      metrics.denials.inc({ connection, kind });
      log.info('denied', { connection, kind });
    }
    if ('code' in detail && detail.code === 'photo_replayed') metrics.replayedPhotos.inc();
    if (action === 'store_replaced') metrics.stateReplaced.inc();
  };

/** Returns what an event denied, or `null` if nothing. Decisions of shadow mode deny nothing. */
function denialOf(event: AuditEvent): 'check' | 'sign_in' | null {
  if (event.action === 'verification_refused') return 'check';
  if (event.action !== 'hook_decided' || event.detail.outcome !== 'unverified') return null;
  return event.detail.fallback === 'pass' ? null : 'sign_in';
}

export const countLedgerLines =
  ({ ledgerLines }: Metrics) =>
  (outcome: 'written' | 'lost', lines: number): void =>
    ledgerLines.inc({ outcome }, lines);
