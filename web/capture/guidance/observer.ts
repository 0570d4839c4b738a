import type { Hint } from '../../../src/core/hints.js';
import { isWithin } from '../../../src/face/engine/quality.js';
import { frameLongestPx, toSentSize } from '../frame-size.js';
import { framingBounds, lightBounds, neutralBounds, stillnessBounds } from './bounds.js';
import type { FrameReading, SeenFace } from './frame-reading.js';
import type { GuideReading } from './guide.js';
import { type HeadTurn, toFaceRatios, toHeadTurn, toPose } from './pose.js';

/**
 * Returns true if the face would be too small in the picture that is sent. Returns false unless there is exactly one
 * face.
 */
export function isTooSmall({ widthPx, heightPx, scale, face }: FrameReading): boolean {
  if (face === null) return false;
  const sent = toSentSize({ width: widthPx * scale, height: heightPx * scale }, frameLongestPx);
  return (face.box.width / widthPx) * sent.width < framingBounds.minSentWidthPx;
}

/** Returns true if a window or lamp outshines the screen's light on the only face. */
const isTooBright = ({ face }: FrameReading): boolean =>
  face !== null && face.light.clippedAround > lightBounds.maxClippedAround;

function toFramingHint(reading: FrameReading, { box }: SeenFace): Hint | null {
  const { widthPx, heightPx } = reading;
  const shorterPx = Math.min(widthPx, heightPx);
  const share = box.width / shorterPx;
  if (share < framingBounds.minWidthShare || isTooSmall(reading)) return 'come_closer';
  if (share > framingBounds.maxWidthShare) return 'move_back';
  const reachPx = framingBounds.maxOffsetShare * shorterPx;
  const isCentred =
    Math.abs(box.x + box.width / 2 - widthPx / 2) <= reachPx &&
    Math.abs(box.y + box.height / 2 - heightPx / 2) <= reachPx;
  return isCentred ? null : 'centre';
}

function toLightHint({ quality, light }: SeenFace): Hint | null {
  const { brightness, contrast } = quality;
  if (brightness < lightBounds.brightness.atLeast) return 'more_light';
  if (brightness > lightBounds.brightness.atMost) return 'less_light';
  const { maxBrightness, maxShareOfSurroundings } = lightBounds.backlit;
  if (brightness < maxBrightness && brightness < maxShareOfSurroundings * light.surroundings) return 'more_light';
  if (light.clippedShare > lightBounds.maxClippedShare) return 'glare';
  return contrast < lightBounds.contrast.atLeast ? 'more_light' : null;
}

function toSearchHint({ brightness }: FrameReading): Hint {
  if (brightness < lightBounds.picture.atLeast) return 'more_light';
  return brightness > lightBounds.picture.atMost ? 'less_light' : 'no_face';
}

/**
 * Returns the most useful hint: first about the number of faces, then position, light and stillness.
 * @param shiftShare - movement of the landmarks since the last frame, as a share of the face's width; 0 for the first
 * frame
 */
export function toHint(reading: FrameReading, shiftShare: number): Hint | null {
  if (reading.faces > 1) return 'one_face';
  const { face } = reading;
  if (face === null) return toSearchHint(reading);
  const framing = toFramingHint(reading, face);
  if (framing !== null) return framing;
  const light = toLightHint(face);
  if (light !== null) return light;
  const isStill =
    shiftShare <= stillnessBounds.maxShiftShare && isWithin(stillnessBounds.sharpness, face.quality.sharpness);
  return isStill ? null : 'hold_still';
}

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
export function createObserver(): (reading: FrameReading) => GuideReading {
  let last: SeenFace | null = null;
  let rest: SeenFace | null = null;
  let steady: readonly HeadTurn[] = [];
  let neutral: HeadTurn | null = null;
  const learnNeutral = (turn: HeadTurn, isStill: boolean): HeadTurn | null => {
    steady = isStill ? [...steady, turn].slice(-neutralBounds.looks) : [turn];
    return steady.length === neutralBounds.looks ? toNeutral(steady) : null;
  };

  return (reading) => {
    const { faces, face } = reading;
    const shiftShare = toShiftShare(last, face);
    const hint = toHint(reading, shiftShare);
    const isHeld = face !== null && rest !== null && toShiftShare(rest, face) <= stillnessBounds.maxHeldShiftShare;
    last = face;
    if (!isHeld) rest = face;
    if (face === null) steady = [];
    // A pose only needs a still head, whatever the hints are.
    const isStill = shiftShare <= stillnessBounds.maxShiftShare;
    const turn = face === null ? null : toHeadTurn(toFaceRatios(face.landmarks));
    if (turn !== null) neutral ??= learnNeutral(turn, isStill);
    const pose = turn === null || neutral === null ? null : toPose(turn, neutral);
    return {
      faces,
      isTooSmall: isTooSmall(reading),
      isTooBright: isTooBright(reading),
      hint,
      ready: hint === null,
      isHeld,
      pose,
      isBetween: turn !== null && neutral !== null && isStill && pose === null,
    };
  };
}
