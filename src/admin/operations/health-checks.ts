import { releaseLease, takeLease } from '../../core/lease.js';
import { addSec, type EpochMs, epochMs, secondsPerDay } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { readApply } from './apply.js';
import { readDoctorReport, startDoctor } from './doctor-reports.js';
import type { OperationsContext } from './operations-context.js';

/** Time of day of the nightly checks, in UTC. */
const nightSec = 2 * 60 * 60;

const everySec = 300;

/** Held by one replica, so that replicas with different configurations do not check in turn. */
const lease = { key: 'health-checks', lifeSec: 3 * everySec };

/** Starts the job that checks connections each night and after changes. @returns a function that stops it */
export function startHealthChecks(deps: OperationsContext): () => Promise<void> {
  const holder = Buffer.from(deps.random(12)).toString('base64url');
  const job = deps.jobs.start({ name: 'health_checks', everySec, run: () => checkChanged(holder, deps) });
  return async () => {
    await job.stop();
    await releaseLease(lease, holder, deps).catch(() => {});
  };
}

/** Checks the connections that changed since their last check, or were not checked this night. */
export async function checkChanged(holder: string, deps: OperationsContext): Promise<void> {
  if (!(await takeLease(lease, holder, deps))) return;
  const due: string[] = [];
  for (const { id } of deps.setup().connections) if (await isDue(id, deps)) due.push(id);
  if (due.length === 0) return;
  await startDoctor(due, null, deps).catch((error: unknown) => {
    // Checks that an administrator started may include these. Otherwise the next run checks them.
    if (!(error instanceof FaceError && error.code === 'run_under_way')) throw error;
  });
}

async function isDue(id: string, deps: OperationsContext): Promise<boolean> {
  const [report, apply] = await Promise.all([readDoctorReport(id, deps), readApply(id, deps)]);
  if (report === null) return true;
  const { examinedAt, configuration, mode } = report;
  const isOutdated = examinedAt < Math.max(lastNight(deps.clock.now()), apply?.run.endedAt ?? 0);
  return isOutdated || configuration !== deps.loadedDigest() || mode !== (deps.modes().get(id)?.mode ?? null);
}

function lastNight(now: EpochMs): EpochMs {
  const days = Math.floor((now / 1000 - nightSec) / secondsPerDay);
  return addSec(epochMs(0), days * secondsPerDay + nightSec);
}
