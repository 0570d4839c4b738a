import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import { withTimeout } from '../../core/resilience.js';
import { addSec, epochMsGuard, secondsPerDay } from '../../core/units.js';
import type { CheckResult } from './checks/in-turn.js';
import { type Checks, collectChecks, runChecks } from './doctor.js';
import { findConfigured, nameSteps } from './open-connection.js';
import type { OperationsContext, OperationsPorts } from './operations-context.js';
import { beginRun, isUnderWay, type RunPlace, readRun } from './runs.js';

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
  mend: z.object({ step: z.string(), pushSecrets: z.boolean() }).nullable(),
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
});

export type DoctorReport = z.output<typeof doctorReportGuard>;

const placeOf = (connection: string) => ({
  key: `examination:${connection}`,
  guard: doctorReportGuard,
  expiresAt: ({ examinedAt }: DoctorReport) => addSec(examinedAt, 7 * secondsPerDay),
});

const runPlace: RunPlace<readonly string[]> = { key: 'doctor-run', progress: z.array(z.string()) };

export interface DoctorRun {
  readonly isUnderWay: boolean;
  readonly by: string;
  readonly startedAt: number;
}

/** Returns the last report of a connection, or `null`. Reports are kept for a week. */
export const readDoctorReport = async (connection: string, deps: Ports<'state'>): Promise<DoctorReport | null> =>
  (await readStored(placeOf(connection), deps))?.record ?? null;

export async function readDoctorRun({ state, clock }: Ports<'state' | 'clock'>) {
  const run = await readRun(runPlace, { state });
  return run === null ? null : { isUnderWay: isUnderWay(run, clock.now()), by: run.by, startedAt: run.startedAt };
}

/** Starts examining connections in the background. Only one server at a time can do this. */
export async function startDoctor(connections: readonly string[], by: string, deps: OperationsContext): Promise<void> {
  for (const id of connections) findConfigured(id, deps);
  const run = await beginRun(runPlace, { by, progress: [...connections] }, deps);
  const detail = { connections: [...connections], by };
  await deps.audit
    .append({ action: 'doctor_asked', connection: '', subject: '', detail })
    .catch(async (error: unknown) => {
      await run.end([]);
      throw error;
    });
  deps.background.start(async () => {
    try {
      for (const [index, id] of connections.entries()) {
        if (deps.background.stopping.aborted) break;
        await examineConnection(id, deps);
        await run.saveProgress(connections.slice(index + 1));
      }
      await run.end([]);
    } finally {
      run.release();
    }
  });
}

async function examineConnection(
  id: string,
  deps: OperationsPorts<'state' | 'clock' | 'random' | 'log' | 'fetch' | 'jobs' | 'setup' | 'modes'>,
): Promise<void> {
  const connection = findConfigured(id, deps);
  const setup = deps.setup();
  let enrolled: number | null = null;
  let users: number | null = null;
  const checks = await collectChecks(
    {
      setup,
      connection,
      switched: deps.modes().get(id) ?? null,
      jobs: deps.jobs,
      onCensus: (census) => {
        enrolled = census.enrolled;
        users = census.isComplete ? census.users : null;
      },
    },
    deps,
  );
  const results = await makeInTime(checks, deps);
  const remedySteps = await withTimeout(
    findRemedySteps(results, checks),
    remedyStepsWithinMs,
    (): RemedySteps => new Map(),
  );
  const findings = results.map(({ verdict, ...result }) => ({
    title: result.title,
    light: lightOf[verdict],
    found: result.found,
    remedy: result.remedy,
    cause: result.cause,
    mend: remedySteps.get(result.title) ?? null,
  }));
  const light = lights.findLast((each) => findings.some((finding) => finding.light === each)) ?? 'ok';
  const examination: DoctorReport = { examinedAt: deps.clock.now(), light, findings, enrolled, users };
  await changeStored(placeOf(id), () => examination, deps);
}

const lightOf = {
  pass: 'ok',
  warn: 'warn',
  fail: 'fail',
  manual: 'by_hand',
  skipped: 'skipped',
} as const satisfies Record<CheckResult['verdict'], DoctorFinding['light']>;

async function makeInTime({ checks }: Checks, deps: Ports<'clock' | 'log'>): Promise<CheckResult[]> {
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
  }
}

const tooLate: CheckResult = {
  title: 'Time',
  verdict: 'warn',
  cause: null,
  found: `the checks after this one did not finish within ${longestMs / 1000} s`,
  remedy: 'Run this check on the server: facestep doctor',
};

type RemedySteps = ReadonlyMap<string, NonNullable<DoctorFinding['mend']>>;

/** Finds the steps that fix problems: pending ones, and ones that can send a secret again. */
async function findRemedySteps(results: readonly CheckResult[], { checks, steps }: Checks): Promise<RemedySteps> {
  const remedySteps = new Map<string, NonNullable<DoctorFinding['mend']>>();
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
