import { isWithin } from '../../../engine/quality-bounds.js';
import { framingBounds, lightBounds, stillnessBounds } from './bounds.js';
import type { GuideHint } from './look.js';
import type { SeenFace, Sight } from './sight.js';

function toFramingHint({ widthPx, heightPx }: Sight, { box, quality }: SeenFace): GuideHint {
  const shorterPx = Math.min(widthPx, heightPx);
  const share = box.width / shorterPx;
  if (share < framingBounds.minWidthShare || quality.faceWidthPx < framingBounds.minWidthPx) return 'closer';
  if (share > framingBounds.maxWidthShare) return 'farther';
  const reachPx = framingBounds.maxOffsetShare * shorterPx;
  const isCentred =
    Math.abs(box.x + box.width / 2 - widthPx / 2) <= reachPx &&
    Math.abs(box.y + box.height / 2 - heightPx / 2) <= reachPx;
  return isCentred ? 'none' : 'centre';
}

function toLightHint({ quality, light }: SeenFace): GuideHint {
  const { brightness, contrast } = quality;
  if (brightness < lightBounds.brightness.atLeast) return 'more_light';
  if (brightness > lightBounds.brightness.atMost) return 'less_light';
  const { maxBrightness, maxShareOfSurroundings } = lightBounds.backlit;
  if (brightness < maxBrightness && brightness < maxShareOfSurroundings * light.surroundings) return 'more_light';
  if (light.clippedShare > lightBounds.maxClippedShare) return 'glare';
  return contrast < lightBounds.contrast.atLeast ? 'more_light' : 'none';
}

/** What would help to find a face where there is none. */
function toSearchHint({ brightness }: Sight): GuideHint {
  if (brightness < lightBounds.picture.atLeast) return 'more_light';
  return brightness > lightBounds.picture.atMost ? 'less_light' : 'centre';
}

/**
 * The one thing that would help most: first that there is one face, then where it is, then its light, then that it is
 * still.
 * @param shiftShare - how far the face's points moved since the last look, as a share of its width; 0 at the first
 */
export function toHint(sight: Sight, shiftShare: number): GuideHint {
  if (sight.faces > 1) return 'one_face';
  const { face } = sight;
  if (face === null) return toSearchHint(sight);
  const framing = toFramingHint(sight, face);
  if (framing !== 'none') return framing;
  const light = toLightHint(face);
  if (light !== 'none') return light;
  const isStill =
    shiftShare <= stillnessBounds.maxShiftShare && isWithin(stillnessBounds.sharpness, face.quality.sharpness);
  return isStill ? 'none' : 'hold_still';
}
