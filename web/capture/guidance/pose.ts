import { poseBounds } from './bounds.js';
import type { GuidePose } from './guide.js';
import type { HeadTurn } from './head-turn.js';

/** Returns the pose relative to neutral; `null` between the center and a side. */
export function toPose(turn: HeadTurn, neutral: HeadTurn): GuidePose | null {
  const yawDeg = turn.yawDeg - neutral.yawDeg;
  const pitchDeg = turn.pitchDeg - neutral.pitchDeg;
  // The pose is that of yaw or pitch, whichever exceeds its threshold by more.
  const sideways = Math.abs(yawDeg) / poseBounds.turnedYawDeg;
  const upOrDown = Math.abs(pitchDeg) / poseBounds.turnedPitchDeg;
  if (Math.max(sideways, upOrDown) >= 1) {
    if (sideways >= upOrDown) return yawDeg < 0 ? 'left' : 'right';
    return pitchDeg > 0 ? 'up' : 'down';
  }
  const looksAhead = Math.abs(yawDeg) <= poseBounds.aheadYawDeg && Math.abs(pitchDeg) <= poseBounds.aheadPitchDeg;
  return looksAhead ? 'centre' : null;
}
