import { type Landmarks, toEyeCentres, toMean, toMouthCorners, toNoseTip } from '../../../src/engine/landmarks.js';
import type { Point } from '../../../src/engine/picture.js';

/**
 * Where a head is turned, in degrees on the scale of the engine's pose model: yaw negative to the person's own left, pitch
 * rising as they look up. Faces differ in their neutral pitch, so only differences of one person's mean something.
 */
export interface HeadTurn {
  readonly yawDeg: number;
  readonly pitchDeg: number;
}

/** Ratios of distances between points of one face: they change as it turns, and not as it comes closer or tilts. */
export interface FaceRatios {
  /** The nose tip's place between the ends of the jaw: −1 at the one on the left of the picture, 1 at the other. */
  readonly noseAcross: number;
  /** How far the nose tip is on the way from the eyes down to the mouth. */
  readonly noseDown: number;
  /** How far the ends of the jaw are below the eyes, as a share of the width from outer to outer eye corner. */
  readonly jawEndsDown: number;
}

/** The three uppermost points of the jaw line on either side, beside the ears. */
const jawEnds = { left: [0, 1, 2], right: [14, 15, 16] } as const;
const outerEyeCorners = { left: 36, right: 45 } as const;

/** Measures in axes along the line between the eyes and across it, so that a tilted head measures the same. */
export function toFaceRatios(landmarks: Landmarks): FaceRatios {
  const [leftEye, rightEye] = toEyeCentres(landmarks);
  const middle = toMean([leftEye, rightEye]);
  const eyeDistance = Math.hypot(rightEye.x - leftEye.x, rightEye.y - leftEye.y);
  const axis = { x: (rightEye.x - leftEye.x) / eyeDistance, y: (rightEye.y - leftEye.y) / eyeDistance };
  const across = (point: Point): number => (point.x - middle.x) * axis.x + (point.y - middle.y) * axis.y;
  const down = (point: Point): number => (point.y - middle.y) * axis.x - (point.x - middle.x) * axis.y;

  const nose = toNoseTip(landmarks);
  const leftJaw = toMean(jawEnds.left.map((at) => landmarks[at]));
  const rightJaw = toMean(jawEnds.right.map((at) => landmarks[at]));
  const eyesWidth = across(landmarks[outerEyeCorners.right]) - across(landmarks[outerEyeCorners.left]);
  return {
    noseAcross: (2 * across(nose) - across(leftJaw) - across(rightJaw)) / (across(rightJaw) - across(leftJaw)),
    noseDown: down(nose) / down(toMean(toMouthCorners(landmarks))),
    jawEndsDown: (down(leftJaw) + down(rightJaw)) / 2 / eyesWidth,
  };
}

/**
 * Degrees of the engine's pose model for each ratio: least squares over pairs of photos of one person, the first looking
 * ahead, of one half of the evaluation people (`npm run eval -- guidance-pose`; docs/liveness.md).
 */
export const degreesPerRatio = { noseAcross: -39.5, noseDown: -35.1, jawEndsDown: 27.5 } as const;

/** What the ratios are of a face that looks ahead: their mean over the same half. */
export const usualRatios: FaceRatios = { noseAcross: -0.03, noseDown: 0.542, jawEndsDown: 0.195 };

/** Tells where a head is turned from its ratios: for a face that looks ahead about 0, 0. */
export function toHeadTurn(ratios: FaceRatios): HeadTurn {
  return {
    yawDeg: degreesPerRatio.noseAcross * (ratios.noseAcross - usualRatios.noseAcross),
    pitchDeg:
      degreesPerRatio.noseDown * (ratios.noseDown - usualRatios.noseDown) +
      degreesPerRatio.jawEndsDown * (ratios.jawEndsDown - usualRatios.jawEndsDown),
  };
}
