import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import { withTimeout } from '../../core/resilience.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../../core/units.js';
import type { CheckResult } from './checks/in-turn.js';
import { type Checks, collectChecks, runChecks } from './doctor.js';
import { findConfigured, nameSteps } from './open-connection.js';
import type { OperationsContext, OperationsPorts } from './operations-context.js';
import { beginRun, isUnderWay, type RunLease, type RunPlace, readRun } from './runs.js';

/** Time limit per connection, because counting users may take a minute. */
const longestMs = 120_000;

const remedyStepsWithinMs = 20_000;

const lights = ['ok', 'warn', 'fail'] as const;

const findingGuard = z.object({
  title: z.string(),
  light: z.enum([...lights, 'by_hand', 'skipped']),
  found: z.string(),
  remedy: z.string().nullable(),
  cause: z.string().nullable(),
  /** Step that fixes the problem; `null` if it needs manual work. */
  fix: z.object({ step: z.string(), pushSecrets: z.boolean() }).nullable().default(null),
  /** Time of the first of the consecutive checks with this finding. `null` if it passed, or if it is unknown. */
  since: epochMsGuard.nullable().default(null),
});

export type DoctorFinding = z.output<typeof findingGuard>;

const doctorReportGuard = z.object({
  examinedAt: epochMsGuard,
  light: z.enum(lights),
  findings: z.array(findingGuard),
  /** Number of enrolled users; `null` if unknown. */
  enrolled: z.number().nullable(),
  /** Number of all users; `null` if unknown or incomplete. */
  users: z.number().nullable().default(null),
  /** True if the provider would issue no credential at the end of a recovery. */
  isRecoveryFailing: z.boolean().default(false),
  /** Digest of the configuration file, and manual override of the mode, that were checked. */
  configuration: z.string().nullable().default(null),
  mode: z.enum(['enforce', 'shadow']).nullable().default(null),
});

export type DoctorReport = z.output<typeof doctorReportGuard>;

const placeOf = (connection: string) => ({
  key: `examination:${connection}`,
  guard: doctorReportGuard,
  expiresAt: ({ examinedAt }: DoctorReport) => addSec(examinedAt, 7 * secondsPerDay),
});

const progressGuard = z.object({
  /** Connection that is being checked. */
  connection: z.string(),
  checks: z.number(),
  done: z.number(),
  /** Number of users read so far. */
  users: z.number(),
  /** Number of users at the last check; `null` if unknown. */
  formerUsers: z.number().nullable(),
});

export type DoctorProgress = z.output<typeof progressGuard>;

const runPlace: RunPlace<DoctorProgress | null> = { key: 'doctor-progress', progress: progressGuard.nullable() };

/** Minimum time between two writes of the progress. */
const progressEveryMs = 1000;

/** Returns the last report of a connection, or `null`. Reports are kept for a week. */
export const readDoctorReport = async (connection: string, deps: Ports<'state'>): Promise<DoctorReport | null> =>
  (await readStored(placeOf(connection), deps))?.record ?? null;

/** Time in which a failed check stops recoveries. The problem may be fixed without another check. */
const stopsRecoveriesSec = secondsPerDay;

export async function findsRecoveryFailing(connection: string, deps: Ports<'state' | 'clock'>): Promise<boolean> {
  const report = await readDoctorReport(connection, deps);
  if (report === null || addSec(report.examinedAt, stopsRecoveriesSec) < deps.clock.now()) return false;
  return report.isRecoveryFailing;
}

export async function readDoctorRun({ state, clock }: Ports<'state' | 'clock'>) {
  const run = await readRun(runPlace, { state });
  if (run === null) return null;
  const { by, startedAt, progress } = run;
  const isNow = isUnderWay(run, clock.now());
  // `progress` is `null` if no connection is being checked.
  return { isUnderWay: isNow, by, startedAt, progress: isNow ? progress : null };
}

/**
 * Starts examining connections in the background. Only one server at a time can do this.
 * @param by - administrator, or `null` for the background job
 */
export async function startDoctor(
  connections: readonly string[],
  by: string | null,
  deps: OperationsContext,
): Promise<void> {
  for (const id of connections) findConfigured(id, deps);
  const run = await beginRun(runPlace, { by: by ?? '', progress: null }, deps);
  if (by !== null) {
    const detail = { connections: [...connections], by };
    await deps.audit
      .append({ action: 'doctor_asked', connection: '', subject: '', detail })
      .catch(async (error: unknown) => {
        await run.end(null);
        throw error;
      });
  }
  run.work(async () => {
    for (const id of connections) {
      if (deps.background.stopping.aborted) break;
      await examineConnection(id, run, deps);
    }
    await run.end(null);
  });
}

async function examineConnection(
  id: string,
  run: RunLease<DoctorProgress | null>,
  deps: OperationsPorts<'state' | 'clock' | 'random' | 'log' | 'fetch' | 'jobs' | 'setup' | 'modes' | 'loadedDigest'>,
): Promise<void> {
  const connection = findConfigured(id, deps);
  const setup = deps.setup();
  let enrolled: number | null = null;
  let users: number | null = null;
  const former = await readDoctorReport(id, deps);
  const formerUsers = former?.users ?? null;
  const configuration = deps.loadedDigest();
  const mode = deps.modes().get(id)?.mode ?? null;
  let progress: DoctorProgress = { connection: id, checks: 0, done: 0, users: 0, formerUsers };
  let savedAt = deps.clock.now();
  const note = (change: Partial<DoctorProgress>): void => {
    progress = { ...progress, ...change };
    if (deps.clock.now() - savedAt < progressEveryMs) return;
    savedAt = deps.clock.now();
    // The next write has what this one fails to store.
    run.saveProgress(progress).catch(() => {});
  };
  const checks = await collectChecks(
    {
      setup,
      connection,
      switched: deps.modes().get(id) ?? null,
      jobs: deps.jobs,
      state: deps.state,
      onRead: (read) => note({ users: read }),
      onCensus: (census) => {
        enrolled = census.enrolled;
        users = census.isComplete ? census.users : null;
      },
    },
    deps,
  );
  progress = { ...progress, checks: checks.checks.length };
  await run.saveProgress(progress);
  const results = await makeInTime(checks, (done) => note({ done }), deps);
  const remedySteps = await withTimeout(
    findRemedySteps(results, checks),
    remedyStepsWithinMs,
    (): RemedySteps => new Map(),
  );
  const findings = results.map(({ verdict, ...result }) => ({
    ...result,
    light: lightOf[verdict],
    fix: remedySteps.get(result.title) ?? null,
    since: verdict === 'pass' ? null : findStart({ title: result.title, light: lightOf[verdict] }, former, deps),
  }));
  const light = worstLight(findings);
  const isFailing = ({ title, verdict }: CheckResult): boolean =>
    verdict === 'fail' && checks.checks.some((check) => check.title === title && check.blocks === 'recovery');
  const isRecoveryFailing = results.some(isFailing);
  const examinedAt = deps.clock.now();
  const examination: DoctorReport = {
    examinedAt,
    light,
    findings,
    enrolled,
    users,
    isRecoveryFailing,
    configuration,
    mode,
  };
  await changeStored(placeOf(id), () => examination, deps);
}

function findStart(
  { title, light }: Pick<DoctorFinding, 'title' | 'light'>,
  former: DoctorReport | null,
  { clock }: Ports<'clock'>,
): EpochMs {
  const same = former?.findings.find((each) => each.title === title && each.light === light);
  return same === undefined || former === null ? clock.now() : (same.since ?? former.examinedAt);
}

export const worstLight = (findings: readonly Pick<DoctorFinding, 'light'>[]): DoctorReport['light'] =>
  lights.findLast((each) => findings.some(({ light }) => light === each)) ?? 'ok';

const lightOf = {
  pass: 'ok',
  warn: 'warn',
  fail: 'fail',
  manual: 'by_hand',
  skipped: 'skipped',
} as const satisfies Record<CheckResult['verdict'], DoctorFinding['light']>;

async function makeInTime(
  { checks }: Checks,
  onDone: (done: number) => void,
  deps: Ports<'clock' | 'log'>,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const endsAt = addSec(deps.clock.now(), longestMs / 1000);
  const iterator = runChecks(checks, deps);
  for (;;) {
    const next = await withTimeout<IteratorResult<CheckResult> | null>(
      iterator.next(),
      endsAt - deps.clock.now(),
      () => null,
    );
    if (next?.done === true) return results;
    if (next === null) return [...results, tooLate];
    results.push(next.value);
    onDone(results.length);
  }
}

const tooLate: CheckResult = {
  title: 'Time',
  verdict: 'warn',
  cause: null,
  found: `the checks after this one did not finish within ${longestMs / 1000} s`,
  remedy: 'Run this check on the server: facestep doctor',
};

type RemedySteps = ReadonlyMap<string, NonNullable<DoctorFinding['fix']>>;

/** Finds the steps that fix problems: pending ones, and ones that can send a secret again. */
async function findRemedySteps(results: readonly CheckResult[], { checks, steps }: Checks): Promise<RemedySteps> {
  const remedySteps = new Map<string, NonNullable<DoctorFinding['fix']>>();
  const named = nameSteps(steps);
  for (const { title, verdict } of results) {
    if (verdict !== 'fail' && verdict !== 'warn') continue;
    const fixedBy = checks.find((check) => check.title === title)?.fixedBy ?? title;
    const found = named.find(({ step }) => step.title === fixedBy);
    if (found === undefined) continue;
    const state = await found.step.inspect().then(
      (status) => status.state,
      () => null,
    );
    if (state === 'missing' || state === 'different') remedySteps.set(title, { step: found.id, pushSecrets: false });
    else if (state === 'ready' && verdict === 'fail' && found.step.pushSecret !== undefined)
      remedySteps.set(title, { step: found.id, pushSecrets: true });
  }
  return remedySteps;
}
