import { minJudgedWidthPx, qualityBounds } from '../../../src/face/engine/quality.js';

/* Bounds for the guidance, stricter than the server's (src/face/engine/quality.ts). */

/** Shares of the picture's shorter side, so that portrait phones behave alike. */
export const framingBounds = {
  /** A quarter above the server's minimum, because a turning head's box gets narrower and people lean back. */
  minSentWidthPx: 1.25 * minJudgedWidthPx,
  /**
   * The engine uses faces 112 pixels wide (src/face/engine/landmarks.ts). That is a quarter of the shorter side of 640×480,
   * which every current camera has.
   */
  minWidthShare: 0.25,
  maxWidthShare: 0.65,
  /** Maximum offset of the face from the center. Turning the head moves the box by half of this. */
  maxOffsetShare: 0.25,
} as const;

/** Gray levels of 0 to 255 in the face's box. */
export const lightBounds = {
  brightness: qualityBounds.brightness,
  contrast: qualityBounds.contrast,
  /** Maximum share of the face that is overexposed to white. Of 2,874 people in the evaluation, 0.5 % exceed 0.023. */
  maxClippedShare: 0.025,
  /** A backlit face is dark, and less than half as bright as its surroundings. 0.6 % of the same photos show one. */
  backlit: { maxShareOfSurroundings: 0.5, maxBrightness: 75 },
  /** Share of the surroundings clipped to white, for advice only. 5 % of 95 people indoors exceed it. */
  maxClippedAround: 0.25,
  /** Without a face, a darker picture means a covered camera, and a brighter one a lamp. */
  picture: { atLeast: 35, atMost: 225 },
} as const;

export const stillnessBounds = {
  sharpness: qualityBounds.sharpness,
  /**
   * Maximum mean movement of the 68 landmarks between two frames, as a share of the face's width. Noise alone measures
   * about 0.01.
   */
  maxShiftShare: 0.05,
  /**
   * Maximum movement at which a pose counts as held. A usual nod, 20° per second, measures 0.03 in a tenth of a second.
   */
  maxHeldShiftShare: 0.02,
} as const;

/**
 * Degrees on the scale of toHeadTurn. On average, 15.5° of yaw on this scale are 18° in the engine's pose model, and
 * 9.5° of pitch are 13° (docs/accuracy/guidance-pose.json).
 */
export const poseBounds = {
  turnedYawDeg: 15.5,
  turnedPitchDeg: 9.5,
  aheadYawDeg: 8,
  aheadPitchDeg: 5.5,
} as const;

export const neutralBounds = {
  /** Number of frames, which take less than a second, but longer than the turning point of a nod. */
  looks: 3,
  /**
   * In the evaluation, frontal faces have a standard deviation of 5° in yaw and pitch. Cameras are above or below the
   * eyes.
   */
  maxYawDeg: 12,
  maxPitchDeg: 20,
  maxSpreadDeg: 4,
} as const;
