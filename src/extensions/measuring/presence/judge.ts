import type { CapturedFrame, LivenessJudge } from '../../../core/ports.js';
import { soleShare } from '../../../core/queue-share.js';
import { FaceError, isOneOf, photoCodes } from '../../../errors.js';
import type { JudgedPresentation } from '../accuracy/presence-report.js';
import type { OpenedPresentation } from './collection.js';
import { liveSpecies } from './plan.js';

/** Removes the number of the frame from a reason: `relief_yaw_1` becomes `relief_yaw`. */
const toSignal = (reason: string): string => reason.replace(/_\d+$/, '');

/**
 * Judges one presentation, including order, digests and timing.
 * @returns `null` for a skipped presentation
 */
export async function judgePresentation(
  { person, about, frames }: OpenedPresentation,
  judge: LivenessJudge,
): Promise<JudgedPresentation | null> {
  const { species, light, device, outcome, missed } = about;
  if (outcome === 'not_done') return null;
  const told = { species, isAttack: species !== liveSpecies, light, device, person };
  if (outcome === 'no_response') return { ...told, outcome, refusedBy: [] };
  const { pass, reasons } = await judgeFrames(frames, judge);
  const refusedBy = [...new Set([...missed, ...reasons].map(toSignal))];
  return { ...told, outcome: pass && missed.length === 0 ? 'passed' : 'refused', refusedBy };
}

async function judgeFrames(
  frames: readonly CapturedFrame[],
  judge: LivenessJudge,
): Promise<{ readonly pass: boolean; readonly reasons: readonly string[] }> {
  try {
    return await judge.judge(frames, soleShare);
  } catch (error) {
    if (error instanceof FaceError && isOneOf(photoCodes, error.code)) return { pass: false, reasons: [error.code] };
    throw error;
  }
}
