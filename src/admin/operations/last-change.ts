import type { Ports } from '../../core/deps.js';
import { type EpochMs, epochMs } from '../../core/units.js';
import { readApply } from './apply.js';
import { readDoctorReport } from './doctor-reports.js';

/** Returns when the connection was last set up or checked, after which its provider is read again. */
export async function readChangedAt(id: string, deps: Ports<'state' | 'clock'>): Promise<EpochMs> {
  const [apply, report] = await Promise.all([readApply(id, deps), readDoctorReport(id, deps)]);
  return epochMs(Math.max(apply?.run.endedAt ?? 0, report?.examinedAt ?? 0));
}
