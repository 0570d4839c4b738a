import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Creates the metrics. Labels never contain text from callers, so that metrics contain no personal data and the number of
 * time series is bounded.
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter<Label>({ name, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge<Label>({ name, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
    new Histogram<Label>({ name, help, labelNames, registers, buckets });
  return {
    registry,
    requests: counter(
      'facestep_http_requests_total',
      'Finished HTTP requests; `status` is `aborted` if the caller disconnected before the reply',
      'method',
      'route',
      'status',
    ),
    requestDuration: histogram(
      'facestep_http_request_duration_seconds',
      'Seconds from the head of a request to the end of its reply',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      'method',
      'route',
    ),
    refusals: counter('facestep_refusals_total', 'Errors by code', 'code'),
    lockouts: counter('facestep_lockouts_total', 'Attempts refused by a lockout, by what is locked', 'kind'),
    limitsRefused: counter('facestep_limits_refused_total', 'Requests refused by a limit or a quota', 'limit'),
    replayedPhotos: counter(
      'facestep_replayed_photos_total',
      'Checks and enrolments refused because a photo was a copy of an earlier one',
    ),
    applicationRequests: counter(
      'facestep_application_requests_total',
      'Requests of client tokens by application (`none` without one): `answered`, `refused`, `failed`',
      'application',
      'outcome',
    ),
    hookBudgetLeft: histogram(
      'facestep_hook_budget_left_seconds',
      'Seconds that the reply to a hook left of its time budget',
      [0, 0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3],
      'connection',
      'hook',
    ),
    hookLate: counter(
      'facestep_hook_late_total',
      'Replies to hooks after their time budget: `whenUnavailable` decided, or the provider gave up',
      'connection',
      'hook',
    ),
    portCalls: counter(
      'facestep_port_calls_total',
      'Calls of state, keys, signer, verifier, profile, audit, delivery and ledger: `ok`, or the error code',
      'port',
      'operation',
      'outcome',
    ),
    portDuration: histogram(
      'facestep_port_call_duration_seconds',
      'Seconds that these calls take',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      'port',
      'operation',
    ),
    auditEvents: counter(
      'facestep_audit_events_total',
      'Records written to the audit trail; `connection` is `other` without one',
      'action',
      'connection',
    ),
    denials: counter(
      'facestep_denials_total',
      'Denials: `check` is a refused face check, `sign_in` a reply to a hook that denied a sign-in or left out its claim',
      'connection',
      'kind',
    ),
    auditHeadAge: gauge(
      'facestep_audit_head_age_seconds',
      'Age of the oldest unsigned record of the audit trail; 0 if none',
    ),
    trailProbes: counter(
      'facestep_trail_probes_total',
      'Test writes to the folder of the audit trail: `ok`, `trail_not_writable`, `no_descriptors`',
      'outcome',
    ),
    trailVolumeFree: gauge('facestep_trail_volume_free_bytes', 'Free bytes of the volume with the audit trail'),
    trailVolumeSize: gauge('facestep_trail_volume_size_bytes', 'Size of the volume with the audit trail, in bytes'),
    lastBackup: gauge(
      'facestep_last_backup_timestamp_seconds',
      'Time of the last complete `facestep backup` of the data folder. Absent until the first one',
    ),
    keyDue: gauge(
      'facestep_key_rotation_due_timestamp_seconds',
      'Time when a key in use is due for rotation, if its start is known',
      'key',
    ),
    securityEvents: counter(
      'facestep_security_events_total',
      'Attempts to deliver security events and webhooks: `delivered`, `failed`, `dead`, `skipped`',
      'receiver',
      'outcome',
    ),
    securityEventsWaiting: gauge(
      'facestep_security_events_waiting',
      'Security events and webhooks not yet delivered',
      'receiver',
    ),
    stateReplaced: counter('facestep_state_replaced_total', 'Times that the state store was found empty or restored'),
    ledgerLines: counter(
      'facestep_ledger_lines_total',
      'Entries of the log of decisions: `written`, or `lost` because the state store did not accept them',
      'outcome',
    ),
    engineQueue: gauge('facestep_engine_queue_length', 'Pictures that wait for a worker thread'),
    engineBusy: gauge('facestep_engine_busy_workers', 'Worker threads that process a picture'),
    engineExaminations: counter('facestep_engine_examinations_total', 'Pictures that the engine examined'),
    jobRuns: counter(
      'facestep_job_runs_total',
      'Runs of background jobs: `ok`, or the error code',
      'background_job',
      'outcome',
    ),
    jobDuration: gauge(
      'facestep_job_last_duration_seconds',
      'Duration of the last run of a background job',
      'background_job',
    ),
    jobLastEnd: gauge(
      'facestep_job_last_end_timestamp_seconds',
      'Time when the last run of a background job ended',
      'background_job',
    ),
    emergencySignIns: counter(
      'facestep_emergency_sign_ins_total',
      'Console sign-ins with a key although administrators sign in at a provider',
    ),
    ready: gauge('facestep_ready', '1 if requests can be served, otherwise 0'),
  };
}
