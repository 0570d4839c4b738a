import { minJudgedWidthPx, qualityBounds } from '../../../src/engine/quality-bounds.js';

/*
 * What the guide accepts. It never accepts what the server's bounds of a photo would refuse (src/engine/quality-bounds.ts),
 * and its own bounds lie where frames become better, not where they become impossible.
 */

/** How the face must lie in the picture. Shares are of the picture's shorter side, so that phones held upright are alike. */
export const framingBounds = {
  /**
   * In pixels of the frame that is sent: nobody starts with a narrower face. A quarter above what the judge takes, as the box
   * of a head that turns gets narrower, and people lean back.
   */
  minSentWidthPx: 1.25 * minJudgedWidthPx,
  /**
   * A face that is embedded at full detail is 112 pixels wide (src/engine/align.ts): a quarter of the shorter side of
   * 640×480, the least that cameras of today give.
   */
  minWidthShare: 0.25,
  /** A wider face leaves its box when it turns, and the lens distorts what is so near. */
  maxWidthShare: 0.65,
  /** How far the middle of the face may be from the middle of the picture. A turned head's box moves by half of this. */
  maxOffsetShare: 0.25,
} as const;

/** Light on the face: grey levels of 0 to 255 in its box. */
export const lightBounds = {
  brightness: qualityBounds.brightness,
  contrast: qualityBounds.contrast,
  /**
   * Glare: the share of the face that may be clipped to white. Of one photo each of 2,874 evaluation people 0.5 % have more
   * than 0.023, and the camera of a laptop in the sun far more.
   */
  maxClippedShare: 0.025,
  /**
   * Back light: the face is less than half as bright as what is around it, which 0.6 % of the same photos are, and dark by
   * itself. A face that is bright enough may stand before a white wall.
   */
  backlit: { maxShareOfSurroundings: 0.5, maxBrightness: 75 },
  /**
   * Windows and lamps: the share of what is around the face that is clipped to white. Of 95 people before webcams indoors 5 %
   * have more; how bright it is nobody can tell from a picture, so this only advises.
   */
  maxClippedAround: 0.25,
  /** Without a face: a picture this dark is a covered camera or a dark room, one this bright points into a lamp. */
  picture: { atLeast: 35, atMost: 225 },
} as const;

/** Blur and movement. */
export const stillnessBounds = {
  sharpness: qualityBounds.sharpness,
  /** Mean way of the 68 points from one look to the next, as a share of the face's width; noise alone makes about 0.01. */
  maxShiftShare: 0.05,
  /** The same from where a head came to rest: a nod at its usual pace, 20° a second, makes 0.03 in a tenth of a second. */
  maxHeldShiftShare: 0.02,
} as const;

/**
 * From which turn on a pose has its name, on the scale of toHeadTurn. Noise makes that scale the smaller one: where it says
 * 15.5° of yaw, the engine's pose model says 18° in the mean, and for 9.5° of pitch 13°: the server's judge then sees
 * the turn clearly, and people still see the screen (docs/liveness.md).
 */
export const poseBounds = {
  turnedYawDeg: 15.5,
  turnedPitchDeg: 9.5,
  aheadYawDeg: 8,
  aheadPitchDeg: 5.5,
} as const;

/** When a face that looks ahead becomes the neutral one. */
export const neutralBounds = {
  /** Looks in a row without movement: under a second, and longer than the turning point of a nod. */
  looks: 3,
  /**
   * From the usual face: evaluation faces that look ahead differ from it by a deviation of 5° in both, and a camera stands
   * above or below the eyes.
   */
  maxYawDeg: 12,
  maxPitchDeg: 20,
  /** Between two of these looks. */
  maxSpreadDeg: 4,
} as const;
