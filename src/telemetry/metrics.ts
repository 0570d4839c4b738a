import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/*
 * Labels never contain text from callers, so that metrics contain no personal data and the number of time series is
 * bounded.
 */
const definitions = {
  requests: {
    name: 'facestep_http_requests_total',
    help: 'Finished HTTP requests; `status` is `aborted` if the caller disconnected before the reply',
    labels: ['method', 'route', 'status'],
  },
  requestDuration: {
    name: 'facestep_http_request_duration_seconds',
    help: 'Seconds from the head of a request to the end of its reply',
    labels: ['method', 'route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  refusals: { name: 'facestep_refusals_total', help: 'Errors by code', labels: ['code'] },
  lockouts: {
    name: 'facestep_lockouts_total',
    help: 'Attempts refused by a lockout, by what is locked',
    labels: ['kind'],
  },
  replayedPhotos: {
    name: 'facestep_replayed_photos_total',
    help: 'Checks and enrolments refused because a photo was a copy of an earlier one',
    labels: [],
  },
  limitsRefused: {
    name: 'facestep_limits_refused_total',
    help: 'Requests refused by a limit or a quota',
    labels: ['limit'],
  },
  applicationRequests: {
    name: 'facestep_application_requests_total',
    help: 'Requests of client tokens by application (`none` without one): `answered`, `refused`, `failed`',
    labels: ['application', 'outcome'],
  },
  hookBudgetLeft: {
    name: 'facestep_hook_budget_left_seconds',
    help: 'Seconds that the reply to a hook left of its time budget',
    labels: ['connection', 'hook'],
    buckets: [0, 0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3],
  },
  hookLate: {
    name: 'facestep_hook_late_total',
    help: 'Replies to hooks after their time budget: `whenUnavailable` decided, or the provider gave up',
    labels: ['connection', 'hook'],
  },
  portCalls: {
    name: 'facestep_port_calls_total',
    help: 'Calls of state, keys, signer, verifier, profile, audit, delivery and ledger: `ok`, or the error code',
    labels: ['port', 'operation', 'outcome'],
  },
  portDuration: {
    name: 'facestep_port_call_duration_seconds',
    help: 'Seconds that these calls take',
    labels: ['port', 'operation'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  auditEvents: {
    name: 'facestep_audit_events_total',
    help: 'Records written to the audit trail; `connection` is `other` without one',
    labels: ['action', 'connection'],
  },
  denials: {
    name: 'facestep_denials_total',
    help: 'Denials: `check` is a refused face check, `sign_in` a reply to a hook that denied a sign-in or left out its claim',
    labels: ['connection', 'kind'],
  },
  auditHeadAge: {
    name: 'facestep_audit_head_age_seconds',
    help: 'Age of the oldest unsigned record of the audit trail; 0 if none',
    labels: [],
  },
  trailProbes: {
    name: 'facestep_trail_probes_total',
    help: 'Test writes to the folder of the audit trail: `ok`, `trail_not_writable`, `no_descriptors`',
    labels: ['outcome'],
  },
  trailVolumeFree: {
    name: 'facestep_trail_volume_free_bytes',
    help: 'Free bytes of the volume with the audit trail',
    labels: [],
  },
  trailVolumeSize: {
    name: 'facestep_trail_volume_size_bytes',
    help: 'Size of the volume with the audit trail, in bytes',
    labels: [],
  },
  lastBackup: {
    name: 'facestep_last_backup_timestamp_seconds',
    help: 'Time of the last complete `facestep backup` of the data folder. Absent until the first one',
    labels: [],
  },
  keyDue: {
    name: 'facestep_key_rotation_due_timestamp_seconds',
    help: 'Time when a key in use is due for rotation, if its start is known',
    labels: ['key'],
  },
  securityEvents: {
    name: 'facestep_security_events_total',
    help: 'Attempts to deliver security events and webhooks: `delivered`, `failed`, `dead`, `skipped`',
    labels: ['receiver', 'outcome'],
  },
  securityEventsWaiting: {
    name: 'facestep_security_events_waiting',
    help: 'Security events and webhooks not yet delivered',
    labels: ['receiver'],
  },
  stateReplaced: {
    name: 'facestep_state_replaced_total',
    help: 'Times that the state store was found empty or restored',
    labels: [],
  },
  ledgerLines: {
    name: 'facestep_ledger_lines_total',
    help: 'Entries of the log of decisions: `written`, or `lost` because the state store did not accept them',
    labels: ['outcome'],
  },
  engineQueue: { name: 'facestep_engine_queue_length', help: 'Pictures that wait for a worker thread', labels: [] },
  engineBusy: { name: 'facestep_engine_busy_workers', help: 'Worker threads that process a picture', labels: [] },
  engineExaminations: {
    name: 'facestep_engine_examinations_total',
    help: 'Pictures that the engine examined',
    labels: [],
  },
  jobRuns: {
    name: 'facestep_job_runs_total',
    help: 'Runs of background jobs: `ok`, or the error code',
    labels: ['background_job', 'outcome'],
  },
  jobDuration: {
    name: 'facestep_job_last_duration_seconds',
    help: 'Duration of the last run of a background job',
    labels: ['background_job'],
  },
  jobLastEnd: {
    name: 'facestep_job_last_end_timestamp_seconds',
    help: 'Time when the last run of a background job ended',
    labels: ['background_job'],
  },
  emergencySignIns: {
    name: 'facestep_emergency_sign_ins_total',
    help: 'Console sign-ins with a key although administrators sign in at a provider',
    labels: [],
  },
  ready: { name: 'facestep_ready', help: '1 if requests can be served, otherwise 0', labels: [] },
} as const;

type Definitions = typeof definitions;

export const metricNames: readonly string[] = Object.values(definitions).map(({ name }) => name);

export type Metrics = ReturnType<typeof createMetrics>;

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
    replayedPhotos: counter('replayedPhotos'),
    applicationRequests: counter('applicationRequests'),
    hookBudgetLeft: histogram('hookBudgetLeft'),
    hookLate: counter('hookLate'),
    portCalls: counter('portCalls'),
    portDuration: histogram('portDuration'),
    auditEvents: counter('auditEvents'),
    denials: counter('denials'),
    auditHeadAge: gauge('auditHeadAge'),
    trailProbes: counter('trailProbes'),
    trailVolumeFree: gauge('trailVolumeFree'),
    trailVolumeSize: gauge('trailVolumeSize'),
    lastBackup: gauge('lastBackup'),
    keyDue: gauge('keyDue'),
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
