import { neutralBounds, stillnessBounds } from './bounds.js';
import type { Look } from './guide.js';
import { type HeadTurn, toFaceRatios, toHeadTurn } from './head-turn.js';
import { isTooBright, isTooSmall, toHint } from './hint.js';
import { toPose } from './pose.js';
import type { SeenFace, Sight } from './sight.js';

function toShiftShare(from: SeenFace | null, to: SeenFace | null): number {
  if (from === null || to === null) return 0;
  const ways = to.landmarks.map((point, at) =>
    Math.hypot(point.x - from.landmarks[at].x, point.y - from.landmarks[at].y),
  );
  return ways.reduce((sum, way) => sum + way, 0) / ways.length / to.box.width;
}

const toSpread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const toMean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Returns the mean of the turns if they are similar and nearly frontal, else `null`. */
function toNeutral(turns: readonly HeadTurn[]): HeadTurn | null {
  const yaws = turns.map(({ yawDeg }) => yawDeg);
  const pitches = turns.map(({ pitchDeg }) => pitchDeg);
  const mean = { yawDeg: toMean(yaws), pitchDeg: toMean(pitches) };
  const isSteady = Math.max(toSpread(yaws), toSpread(pitches)) <= neutralBounds.maxSpreadDeg;
  const looksAhead =
    Math.abs(mean.yawDeg) <= neutralBounds.maxYawDeg && Math.abs(mean.pitchDeg) <= neutralBounds.maxPitchDeg;
  return isSteady && looksAhead ? mean : null;
}

/** Creates the observer of one person. It remembers the last face and the neutral pose. */
export function createObserver(): (sight: Sight) => Look {
  let last: SeenFace | null = null;
  let rest: SeenFace | null = null;
  let steady: readonly HeadTurn[] = [];
  let neutral: HeadTurn | null = null;

  return (sight) => {
    const { faces, face } = sight;
    const shiftShare = toShiftShare(last, face);
    const hint = toHint(sight, shiftShare);
    const ready = hint === null;
    const told = {
      ...{ faces, isTooSmall: isTooSmall(sight), isTooBright: isTooBright(sight), hint, ready },
      isHeld: face !== null && rest !== null && toShiftShare(rest, face) <= stillnessBounds.maxHeldShiftShare,
    };
    last = face;
    if (!told.isHeld) rest = face;
    if (face === null) {
      steady = [];
      return { ...told, pose: null, isBetween: false };
    }
    // A pose only needs a still head, whatever the hints are.
    const isStill = shiftShare <= stillnessBounds.maxShiftShare;
    const turn = toHeadTurn(toFaceRatios(face.landmarks));
    if (neutral === null) {
      steady = isStill ? [...steady, turn].slice(-neutralBounds.looks) : [turn];
      if (steady.length === neutralBounds.looks) neutral = toNeutral(steady);
    }
    if (neutral === null) return { ...told, pose: null, isBetween: false };
    const pose = toPose(turn, neutral);
    return { ...told, pose, isBetween: isStill && pose === null };
  };
}
