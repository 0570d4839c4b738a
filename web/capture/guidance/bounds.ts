import { minJudgedWidthPx, qualityBounds } from '../../../src/engine/quality-bounds.js';

/* Bounds of the guide, stricter than the server's (src/engine/quality-bounds.ts). */

/** Position of the face. Shares are of the picture's shorter side, so that portrait phones behave alike. */
export const framingBounds = {
  /**
   * In pixels of the sent frame. A quarter above the judge's minimum, because a turning head's box gets narrower and
   * people lean back.
   */
  minSentWidthPx: 1.25 * minJudgedWidthPx,
  /**
   * A face at full embedding detail is 112 pixels wide (src/engine/align.ts): a quarter of the shorter side of 640×480,
   * the minimum of current cameras.
   */
  minWidthShare: 0.25,
  /** A wider face leaves its box when it turns, and lens distortion grows. */
  maxWidthShare: 0.65,
  /** Maximum offset from the center. A turned head's box moves by half of this. */
  maxOffsetShare: 0.25,
} as const;

/** Light on the face: gray levels of 0 to 255 in its box. */
export const lightBounds = {
  brightness: qualityBounds.brightness,
  contrast: qualityBounds.contrast,
  /** Glare: share of the face clipped to white; 0.5 % of 2,874 evaluation people exceed 0.023. */
  maxClippedShare: 0.025,
  /**
   * Back light: the face is less than half as bright as its surroundings (0.6 % of the same photos), and dark itself.
   */
  backlit: { maxShareOfSurroundings: 0.5, maxBrightness: 75 },
  /** Windows and lamps: share of the surroundings clipped to white; 5 % of 95 people indoors exceed it. Advice only. */
  maxClippedAround: 0.25,
  /** Without a face: darker is a covered camera or dark room, brighter a camera pointing into a lamp. */
  picture: { atLeast: 35, atMost: 225 },
} as const;

export const stillnessBounds = {
  sharpness: qualityBounds.sharpness,
  /** Mean shift of the 68 landmarks between two frames, as a share of face width; noise is about 0.01. */
  maxShiftShare: 0.05,
  /** Shift from where the head came to rest: a usual nod, 20° a second, makes 0.03 in a tenth of a second. */
  maxHeldShiftShare: 0.02,
} as const;

/**
 * Minimum turn of a named pose, on the scale of toHeadTurn: 15.5° of yaw are 18° on average in the engine's pose model,
 * 9.5° of pitch 13° (docs/liveness.md).
 */
export const poseBounds = {
  turnedYawDeg: 15.5,
  turnedPitchDeg: 9.5,
  aheadYawDeg: 8,
  aheadPitchDeg: 5.5,
} as const;

export const neutralBounds = {
  /** Consecutive still frames: under a second, and longer than the turning point of a nod. */
  looks: 3,
  /**
   * Deviation from the average face: evaluation faces have a standard deviation of 5° in both, and cameras are above or
   * below the eyes.
   */
  maxYawDeg: 12,
  maxPitchDeg: 20,
  maxSpreadDeg: 4,
} as const;
