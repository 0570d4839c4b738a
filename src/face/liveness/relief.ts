import type { Movement } from '../../core/movements.js';
import type { Pose } from '../engine/engine.js';
import { type Landmarks, toEyeCentres, toMean } from '../engine/landmarks.js';
import type { Point } from '../engine/picture.js';

/** Angles in degrees. Yaw is negative to the person's own left; pitch is positive upwards. */
export interface HeadTurn {
  readonly yawDeg: number;
  readonly pitchDeg: number;
}

export type HeadMovement = Exclude<Movement, 'centre'>;

/** Returns the movement in degrees: `toward` in the requested direction, `aside` at right angles to it. */
export function toFollowed(movement: HeadMovement, { yawDeg, pitchDeg }: HeadTurn) {
  const yaw = Math.abs(yawDeg);
  const pitch = Math.abs(pitchDeg);
  const turns = {
    left: { toward: -yawDeg, aside: pitch },
    right: { toward: yawDeg, aside: pitch },
    up: { toward: pitchDeg, aside: yaw },
    down: { toward: -pitchDeg, aside: yaw },
  } as const satisfies Record<HeadMovement, unknown>;
  return turns[movement];
}

/** Returns the turn relative to the mean frontal pose, because the pose model's pitch is biased. */
export function toPoseTurn(frontal: readonly Pose[], turned: Pose): HeadTurn {
  const mean = (read: (pose: Pose) => number): number =>
    frontal.reduce((total, pose) => total + read(pose), 0) / frontal.length;
  return {
    yawDeg: turned.yawDeg - mean(({ yawDeg }) => yawDeg),
    pitchDeg: turned.pitchDeg - mean(({ pitchDeg }) => pitchDeg),
  };
}

/**
 * Relative depth of the 68 landmarks of a face, derived from 2,384 pairs of photos in different poses
 * (docs/accuracy/face-depth.json).
 */
export const faceDepth: readonly number[] = [
  // Jaw, from left to right
  -0.297, -0.272, -0.25, -0.228, -0.192, -0.14, -0.079, -0.018, 0.005, -0.018, -0.079, -0.14, -0.192, -0.228, -0.25,
  -0.272, -0.297,
  // Brows
  -0.044, 0.004, 0.045, 0.075, 0.095, 0.095, 0.075, 0.045, 0.004, -0.044,
  // Nose
  0.096, 0.13, 0.167, 0.201, 0.105, 0.124, 0.136, 0.124, 0.105,
  // Eyes
  -0.019, 0.009, 0.017, 0.014, 0.016, 0.008, 0.014, 0.017, 0.009, -0.019, 0.008, 0.016,
  // Lips, outside
  -0.005, 0.066, 0.106, 0.111, 0.106, 0.066, -0.005, 0.045, 0.078, 0.084, 0.078, 0.045,
  // Lips, inside
  0.006, 0.091, 0.099, 0.091, 0.006, 0.082, 0.088, 0.082,
];

function toShape(landmarks: Landmarks): Landmarks {
  const middle = toMean(landmarks);
  const [left, right] = toEyeCentres(landmarks);
  const unit = Math.hypot(right.x - left.x, right.y - left.y);
  return landmarks.map(({ x, y }) => ({ x: (x - middle.x) / unit, y: (y - middle.y) / unit }));
}

/** Averages the points of several frames, which reduces the error of the landmark model. */
export function toMeanShape(frames: readonly Landmarks[]): Landmarks {
  const shapes = frames.map(toShape);
  return shapes[0].map((_, at) => toMean(shapes.map((shape) => shape[at])));
}

/**
 * Returns the movement of each point that the best affine map does not explain, in eye distances. For a flat picture
 * that is not too close, it is zero however the picture moves.
 * @see https://doi.org/10.1017/CBO9780511811685 14.2: an affine camera sees a plane move by an affine map
 */
export function toParallax(from: Landmarks, to: Landmarks): readonly Point[] {
  const sum = (term: (at: number) => number): number => from.reduce((total, _, at) => total + term(at), 0);
  const xx = sum((at) => from[at].x ** 2);
  const xy = sum((at) => from[at].x * from[at].y);
  const yy = sum((at) => from[at].y ** 2);
  // Both shapes are centered, so the affine map needs no translation.
  const closest = (goal: (at: number) => number): ((at: number) => number) => {
    const x = sum((at) => from[at].x * goal(at));
    const y = sum((at) => from[at].y * goal(at));
    const determinant = xx * yy - xy * xy;
    const a = (x * yy - y * xy) / determinant;
    const b = (y * xx - x * xy) / determinant;
    return (at) => a * from[at].x + b * from[at].y;
  };
  const x = closest((at) => to[at].x);
  const y = closest((at) => to[at].y);
  return from.map((_, at) => ({ x: x(at) - to[at].x, y: y(at) - to[at].y }));
}

/** Parallax per degree, calibrated to the pose model (docs/accuracy/face-depth.json). */
const parallaxPerDeg = 0.05;

const depthSquared = faceDepth.reduce((total, depth) => total + depth * depth, 0);

/** Estimates a head turn by depth only: the nose moves against the cheeks. A tilted flat picture shows almost none. */
export function toReliefTurn(frontal: Landmarks, turned: Landmarks): HeadTurn {
  const parallax = toParallax(toShape(turned), frontal);
  const along = (read: (point: Point) => number): number =>
    parallax.reduce((total, point, at) => total + faceDepth[at] * read(point), 0) / depthSquared;
  return { yawDeg: -along(({ x }) => x) / parallaxPerDeg, pitchDeg: -along(({ y }) => y) / parallaxPerDeg };
}
