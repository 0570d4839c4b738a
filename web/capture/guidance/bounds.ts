import { minJudgedWidthPx, qualityBounds } from '../../../src/engine/quality-bounds.js';

/* Stricter than the server's (src/engine/quality-bounds.ts). */

/** Shares of the picture's shorter side, so that portrait phones behave alike. */
export const framingBounds = {
  /** A quarter above the judge's minimum, because a turning head's box gets narrower and people lean back. */
  minSentWidthPx: 1.25 * minJudgedWidthPx,
  /**
   * A face at full embedding detail is 112 pixels wide (src/engine/align.ts): a quarter of the shorter side of 640×480,
   * the minimum of current cameras.
   */
  minWidthShare: 0.25,
  /** A wider face leaves its box when it turns. */
  maxWidthShare: 0.65,
  /** From the center. A turned head's box moves by half of this. */
  maxOffsetShare: 0.25,
} as const;

/** Gray levels of 0 to 255 in the face's box. */
export const lightBounds = {
  brightness: qualityBounds.brightness,
  contrast: qualityBounds.contrast,
  /** Share clipped to white; 0.5 % of 2,874 evaluation people exceed 0.023. */
  maxClippedShare: 0.025,
  /** Less than half as bright as its surroundings (0.6 % of the same photos), and dark itself. */
  backlit: { maxShareOfSurroundings: 0.5, maxBrightness: 75 },
  /** Share of the surroundings clipped to white; 5 % of 95 people indoors exceed it. Advice only. */
  maxClippedAround: 0.25,
  /** Without a face: a covered camera, or a lamp. */
  picture: { atLeast: 35, atMost: 225 },
} as const;

export const stillnessBounds = {
  sharpness: qualityBounds.sharpness,
  /** Mean of the 68 landmarks between two frames, as a share of face width; noise is about 0.01. */
  maxShiftShare: 0.05,
  /** A usual nod, 20° a second, makes 0.03 in a tenth of a second. */
  maxHeldShiftShare: 0.02,
} as const;

/**
 * On the scale of toHeadTurn: 15.5° of yaw are 18° on average in the engine's pose model, 9.5° of pitch 13°
 * (`npm run eval -- guidance-pose`).
 */
export const poseBounds = {
  turnedYawDeg: 15.5,
  turnedPitchDeg: 9.5,
  aheadYawDeg: 8,
  aheadPitchDeg: 5.5,
} as const;

export const neutralBounds = {
  /** Under a second, and longer than the turning point of a nod. */
  looks: 3,
  /** Evaluation faces have a standard deviation of 5° in both, and cameras are above or below the eyes. */
  maxYawDeg: 12,
  maxPitchDeg: 20,
  maxSpreadDeg: 4,
} as const;
