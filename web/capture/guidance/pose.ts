import { type Landmarks, toEyeCentres, toMean, toMouthCorners, toNoseTip } from '../../../src/face/engine/landmarks.js';
import type { Point } from '../../../src/face/engine/picture.js';
import { poseBounds } from './bounds.js';
import type { GuidePose } from './guide.js';

/**
 * Turn of a head in degrees of the engine's pose model: yaw negative to the person's own left, pitch positive upwards.
 * Only differences between two turns of the same person are meaningful.
 */
export interface HeadTurn {
  readonly yawDeg: number;
  readonly pitchDeg: number;
}

/** Ratios of landmark distances that change with turns, but not with distance and tilt. */
interface FaceRatios {
  /** Position of the nose tip between the jaw ends: −1 at the left of the picture, 1 at the right. */
  readonly noseAcross: number;
  /** Position of the nose tip between eyes and mouth. */
  readonly noseDown: number;
  /** Distance of the jaw ends below the eyes, as a share of the outer eye distance. */
  readonly jawEndsDown: number;
}

/** The three uppermost landmarks of the jaw on either side. */
const jawEnds = { left: [0, 1, 2], right: [14, 15, 16] } as const;
const outerEyeCorners = { left: 36, right: 45 } as const;

/** Measures along and across the eye line, so that tilting the head changes nothing. */
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

/** Fitted by least squares to one half of the evaluation people (docs/accuracy/guidance-pose.json). */
const degreesPerRatio = { noseAcross: -39.5, noseDown: -35.1, jawEndsDown: 27.5 } as const;

/** Mean ratios of frontal faces in the same half of the people. */
const usualRatios: FaceRatios = { noseAcross: -0.03, noseDown: 0.542, jawEndsDown: 0.195 };

export function toHeadTurn(ratios: FaceRatios): HeadTurn {
  return {
    yawDeg: degreesPerRatio.noseAcross * (ratios.noseAcross - usualRatios.noseAcross),
    pitchDeg:
      degreesPerRatio.noseDown * (ratios.noseDown - usualRatios.noseDown) +
      degreesPerRatio.jawEndsDown * (ratios.jawEndsDown - usualRatios.jawEndsDown),
  };
}

/** Returns the pose relative to neutral; `null` between the center and a side. */
export function toPose(turn: HeadTurn, neutral: HeadTurn): GuidePose | null {
  const yawDeg = turn.yawDeg - neutral.yawDeg;
  const pitchDeg = turn.pitchDeg - neutral.pitchDeg;
  // The pose is that of yaw or pitch, whichever exceeds its threshold by more.
  const sideways = Math.abs(yawDeg) / poseBounds.turnedYawDeg;
  const upOrDown = Math.abs(pitchDeg) / poseBounds.turnedPitchDeg;
  if (Math.max(sideways, upOrDown) >= 1) {
    if (sideways >= upOrDown) return yawDeg < 0 ? 'left' : 'right';
    return pitchDeg > 0 ? 'up' : 'down';
  }
  const looksAhead = Math.abs(yawDeg) <= poseBounds.aheadYawDeg && Math.abs(pitchDeg) <= poseBounds.aheadPitchDeg;
  return looksAhead ? 'centre' : null;
}
