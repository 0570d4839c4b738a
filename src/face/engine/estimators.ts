import type { Box } from '../../core/face.js';
import { type Landmarks, toEyeCentres } from './landmarks.js';
import type { Model } from './model.js';
import {
  type Normalisation,
  type Picture,
  type PlaneLayout,
  type Point,
  sampleGrid,
  samplePlanes,
  toCellGrid,
  toGreys,
} from './picture.js';

export function softmax(scores: Float32Array): Float32Array {
  const greatest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => Math.exp(score - greatest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/**
 * Angles in degrees. Yaw is negative if the person turns to their own left; in a mirrored picture, the sign is
 * inverted. Pitch is positive if the person looks up; the model's values are 10 to 20 degrees too low.
 */
export interface Pose {
  readonly yawDeg: number;
  readonly pitchDeg: number;
  readonly rollDeg: number;
}

export type PoseEstimator = (picture: Picture, box: Box) => Promise<Pose>;

const poseSizePx = 224;

const imageNet: readonly [Normalisation, Normalisation, Normalisation] = [
  { mean: 0.485 * 255, deviation: 0.229 * 255 },
  { mean: 0.456 * 255, deviation: 0.224 * 255 },
  { mean: 0.406 * 255, deviation: 0.225 * 255 },
];

const poseLayout: PlaneLayout = { columns: poseSizePx, planes: [0, 1, 2], normalisations: imageNet };

/** Returns the expected value over 66 bins of 3° from −99°. @see https://arxiv.org/abs/1710.00925 (Hopenet) */
function toDegrees(scores: Float32Array): number {
  return softmax(scores).reduce((sum, probability, bin) => sum + probability * bin, 0) * 3 - 99;
}

/** Creates the pose estimator. The face's box is enlarged by a quarter on each side. */
export function createPoseEstimator(model: Model): PoseEstimator {
  const { input } = model;
  return async (picture, box) => {
    const area = {
      x: box.x - box.width / 4,
      y: box.y - box.height / 4,
      width: box.width * 1.5,
      height: box.height * 1.5,
    };
    samplePlanes(picture, area, poseSizePx, poseSizePx, poseLayout, input);
    const outputs = await model.run();
    input.fill(0);
    return {
      yawDeg: toDegrees(outputs.output),
      pitchDeg: toDegrees(outputs['617']),
      rollDeg: toDegrees(outputs['618']),
    };
  };
}

export type EyeEstimator = (picture: Picture, landmarks: Landmarks) => Promise<number>;

const eyeSizePx = 24;

const eyeEnlargement = 1.6;

/**
 * Creates the estimator of open eyes. The model expects unrotated square crops, so eyes of a tilted head are not
 * rotated upright.
 */
export function createEyeEstimator(model: Model): EyeEstimator {
  const { input } = model;
  const rgb = new Float32Array(3 * input.length);
  const isOpen = async (picture: Picture, centre: Point, widthPx: number): Promise<number> => {
    const size = eyeEnlargement * widthPx;
    const area = { x: centre.x + 0.5 - size / 2, y: centre.y + 0.5 - size / 2, width: size, height: size };
    sampleGrid(picture, toCellGrid(area, eyeSizePx, eyeSizePx), 'nearest', rgb);
    toGreys(rgb, input, 255);
    const { output } = await model.run();
    rgb.fill(0);
    input.fill(0);
    return softmax(output)[1];
  };

  return async (picture, landmarks) => {
    const [left, right] = toEyeCentres(landmarks);
    const widthOf = (outer: number, inner: number): number =>
      Math.hypot(landmarks[inner].x - landmarks[outer].x, landmarks[inner].y - landmarks[outer].y);
    const leftOpen = await isOpen(picture, left, widthOf(36, 39));
    return Math.min(leftOpen, await isOpen(picture, right, widthOf(42, 45)));
  };
}
