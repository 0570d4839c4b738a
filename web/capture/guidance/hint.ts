import type { Hint } from '../../../src/core/hints.js';
import { isWithin } from '../../../src/face/engine/quality-bounds.js';
import { frameLongestPx, toSentSize } from '../frame-size.js';
import { framingBounds, lightBounds, stillnessBounds } from './bounds.js';
import type { SeenFace, Sight } from './sight.js';

/**
 * Returns true if the face would be too small in the picture that is sent. Returns false unless there is exactly one
 * face.
 */
export function isTooSmall({ widthPx, heightPx, scale, face }: Sight): boolean {
  if (face === null) return false;
  const sent = toSentSize({ width: widthPx * scale, height: heightPx * scale }, frameLongestPx);
  return (face.box.width / widthPx) * sent.width < framingBounds.minSentWidthPx;
}

/** Returns true if a window or lamp outshines the screen's light on the only face. */
export const isTooBright = ({ face }: Sight): boolean =>
  face !== null && face.light.clippedAround > lightBounds.maxClippedAround;

function toFramingHint(sight: Sight, { box }: SeenFace): Hint | null {
  const { widthPx, heightPx } = sight;
  const shorterPx = Math.min(widthPx, heightPx);
  const share = box.width / shorterPx;
  if (share < framingBounds.minWidthShare || isTooSmall(sight)) return 'come_closer';
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

function toSearchHint({ brightness }: Sight): Hint {
  if (brightness < lightBounds.picture.atLeast) return 'more_light';
  return brightness > lightBounds.picture.atMost ? 'less_light' : 'no_face';
}

/**
 * Returns the most useful hint: first about the number of faces, then position, light and stillness.
 * @param shiftShare - movement of the landmarks since the last frame, as a share of the face's width; 0 for the first
 * frame
 */
export function toHint(sight: Sight, shiftShare: number): Hint | null {
  if (sight.faces > 1) return 'one_face';
  const { face } = sight;
  if (face === null) return toSearchHint(sight);
  const framing = toFramingHint(sight, face);
  if (framing !== null) return framing;
  const light = toLightHint(face);
  if (light !== null) return light;
  const isStill =
    shiftShare <= stillnessBounds.maxShiftShare && isWithin(stillnessBounds.sharpness, face.quality.sharpness);
  return isStill ? null : 'hold_still';
}
