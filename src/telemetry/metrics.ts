import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/*
 * Labels are methods, route patterns, codes, configured ids or constants, never input: no personal data, and a bounded
 * number of series.
 */
const definitions = {
  requests: {
    name: 'facestep_http_requests_total',
    help: 'HTTP requests that are over',
    labels: ['method', 'route', 'status'],
  },
  requestDuration: {
    name: 'facestep_http_request_duration_seconds',
    help: 'From the head of a request to the end of its answer',
    labels: ['method', 'route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  refusals: { name: 'facestep_refusals_total', help: 'Refusals by code', labels: ['code'] },
  lockouts: {
    name: 'facestep_lockouts_total',
    help: 'Attempts refused after too many that failed',
    labels: ['kind'],
  },
  limitsRefused: {
    name: 'facestep_limits_refused_total',
    help: 'Requests refused by a limit or a quota',
    labels: ['limit'],
  },
  applicationRequests: {
    name: 'facestep_application_requests_total',
    help: 'Requests of registered applications: answered, refused or failed',
    labels: ['application', 'outcome'],
  },
  hookBudgetLeft: {
    name: 'facestep_hook_budget_left_seconds',
    help: 'What the answer to a hook left of its budget',
    labels: ['connection', 'hook'],
    buckets: [0, 0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3],
  },
  hookLate: {
    name: 'facestep_hook_late_total',
    help: 'Answers to hooks that left nothing of their budget',
    labels: ['connection', 'hook'],
  },
  portCalls: {
    name: 'facestep_port_calls_total',
    help: 'Calls of ports: ok, or the code they failed with',
    labels: ['port', 'operation', 'outcome'],
  },
  portDuration: {
    name: 'facestep_port_call_duration_seconds',
    help: 'Time that calls of ports take',
    labels: ['port', 'operation'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  auditEvents: {
    name: 'facestep_audit_events_total',
    help: 'Records written to the audit trail',
    labels: ['action', 'connection'],
  },
  auditHeadAge: {
    name: 'facestep_audit_head_age_seconds',
    help: 'How long records of the audit trail have waited to be signed; 0 where none wait',
    labels: [],
  },
  securityEvents: {
    name: 'facestep_security_events_total',
    help: 'Security events by what became of them',
    labels: ['receiver', 'outcome'],
  },
  securityEventsWaiting: {
    name: 'facestep_security_events_waiting',
    help: 'Security events not yet delivered',
    labels: ['receiver'],
  },
  stateReplaced: {
    name: 'facestep_state_replaced_total',
    help: 'Times the state store was found emptied or restored',
    labels: [],
  },
  ledgerLines: {
    name: 'facestep_ledger_lines_total',
    help: 'Lines of the log of decisions: written, or lost, as the state store did not take them',
    labels: ['outcome'],
  },
  engineQueue: { name: 'facestep_engine_queue_length', help: 'Pictures that wait for a worker', labels: [] },
  engineBusy: { name: 'facestep_engine_busy_workers', help: 'Workers that look at a picture', labels: [] },
  engineExaminations: {
    name: 'facestep_engine_examinations_total',
    help: 'Pictures the engine has examined the face of',
    labels: [],
  },
  jobRuns: {
    name: 'facestep_job_runs_total',
    help: 'Runs of background jobs: ok, or the code they failed with',
    labels: ['background_job', 'outcome'],
  },
  jobDuration: {
    name: 'facestep_job_last_duration_seconds',
    help: 'How long the last run of a background job took',
    labels: ['background_job'],
  },
  jobLastEnd: {
    name: 'facestep_job_last_end_timestamp_seconds',
    help: 'When the last run of a background job ended',
    labels: ['background_job'],
  },
  emergencySignIns: {
    name: 'facestep_emergency_sign_ins_total',
    help: 'Sign-ins at the console by a key though administrators sign in at a provider',
    labels: [],
  },
  ready: { name: 'facestep_ready', help: '1 while requests can be served, else 0', labels: [] },
} as const;

type Definitions = typeof definitions;

export const metricNames: readonly string[] = Object.values(definitions).map(({ name }) => name);

export type Metrics = ReturnType<typeof createMetrics>;

/** Creates all metrics; gauges keep their last value. */
export function createMetrics() {
  const registry = new Registry();
  const toOptions = <Label extends string>(definition: { name: string; help: string; labels: readonly Label[] }) => ({
    name: definition.name,
    help: definition.help,
    labelNames: definition.labels,
    registers: [registry],
  });
  const counter = <Name extends keyof Definitions>(name: Name) =>
    new Counter<Definitions[Name]['labels'][number]>(toOptions(definitions[name]));
  const gauge = <Name extends keyof Definitions>(name: Name) =>
    new Gauge<Definitions[Name]['labels'][number]>(toOptions(definitions[name]));
  const histogram = <Name extends 'requestDuration' | 'hookBudgetLeft' | 'portDuration'>(name: Name) =>
    new Histogram<Definitions[Name]['labels'][number]>({
      ...toOptions(definitions[name]),
      buckets: [...definitions[name].buckets],
    });
  return {
    registry,
    requests: counter('requests'),
    requestDuration: histogram('requestDuration'),
    refusals: counter('refusals'),
    lockouts: counter('lockouts'),
    limitsRefused: counter('limitsRefused'),
    applicationRequests: counter('applicationRequests'),
    hookBudgetLeft: histogram('hookBudgetLeft'),
    hookLate: counter('hookLate'),
    portCalls: counter('portCalls'),
    portDuration: histogram('portDuration'),
    auditEvents: counter('auditEvents'),
    auditHeadAge: gauge('auditHeadAge'),
    securityEvents: counter('securityEvents'),
    securityEventsWaiting: gauge('securityEventsWaiting'),
    stateReplaced: counter('stateReplaced'),
    ledgerLines: counter('ledgerLines'),
    engineQueue: gauge('engineQueue'),
    engineBusy: gauge('engineBusy'),
    engineExaminations: counter('engineExaminations'),
    jobRuns: counter('jobRuns'),
    jobDuration: gauge('jobDuration'),
    jobLastEnd: gauge('jobLastEnd'),
    emergencySignIns: counter('emergencySignIns'),
    ready: gauge('ready'),
  };
}
