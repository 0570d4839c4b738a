import type { Box } from '../../core/face.js';
import { type Model, softmax } from './model.js';
import type { Normalisation, Picture } from './picture.js';
import { type PlaneLayout, samplePlanes } from './planes.js';

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

const sizePx = 224;

const imageNet: readonly [Normalisation, Normalisation, Normalisation] = [
  { mean: 0.485 * 255, deviation: 0.229 * 255 },
  { mean: 0.456 * 255, deviation: 0.224 * 255 },
  { mean: 0.406 * 255, deviation: 0.225 * 255 },
];

const layout: PlaneLayout = { columns: sizePx, planes: [0, 1, 2], normalisations: imageNet };

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
    samplePlanes(picture, area, sizePx, sizePx, layout, input);
    const outputs = await model.run();
    input.fill(0);
    return {
      yawDeg: toDegrees(outputs.output),
      pitchDeg: toDegrees(outputs['617']),
      rollDeg: toDegrees(outputs['618']),
    };
  };
}
