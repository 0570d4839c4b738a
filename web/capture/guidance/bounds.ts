import { minJudgedWidthPx, qualityBounds } from '../../../src/engine/quality-bounds.js';

/*
 * Bounds by which the page guides the user. They are stricter than those of the server (src/engine/quality-bounds.ts).
 */

/**
 * Bounds of size and position. Shares are relative to the picture's shorter side, so that they also fit phones held
 * upright.
 */
export const framingBounds = {
  /**
   * Minimum width of the face in the picture to send. It is a quarter above the server's minimum, because the box of a
   * turning head gets narrower and people lean back.
   */
  minSentWidthPx: 1.25 * minJudgedWidthPx,
  /**
   * Minimum width of the face. The engine scales faces to 112 pixels (src/engine/align.ts), which is about a quarter of
   * the shorter side of 640×480, a size that every current camera has.
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
  /**
   * A face counts as backlit if it is dark and less than half as bright as its surroundings. This is so in 0.6 % of the
   * evaluation photos.
   */
  backlit: { maxShareOfSurroundings: 0.5, maxBrightness: 75 },
  /**
   * Share of the surroundings that is overexposed to white from which the page gives advice. Of 95 people indoors, 5 %
   * exceed it.
   */
  maxClippedAround: 0.25,
  /**
   * Brightness of a picture without a face. A darker picture means that the camera is covered, a brighter one that it
   * points at a lamp.
   */
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
 * 9.5° of pitch are 13° (`npm run eval -- guidance-pose`).
 */
export const poseBounds = {
  turnedYawDeg: 15.5,
  turnedPitchDeg: 9.5,
  aheadYawDeg: 8,
  aheadPitchDeg: 5.5,
} as const;

export const neutralBounds = {
  /**
   * Number of frames in which the head must rest. They take less than a second, but longer than a head rests at the
   * turning point of a nod.
   */
  looks: 3,
  /**
   * Maximum angles of the neutral pose. In the evaluation, the yaw and pitch of frontal faces have a standard deviation
   * of 5°. The bound of pitch is larger, because cameras are above or below the eyes.
   */
  maxYawDeg: 12,
  maxPitchDeg: 20,
  maxSpreadDeg: 4,
} as const;
