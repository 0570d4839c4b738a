import type { Box } from '../core/ports.js';
import type { Pose } from './engine.js';
import type { Model } from './models.js';
import { type Picture, sampleGrid } from './picture.js';
import { softmax } from './softmax.js';

/** Tells where a face is turned. */
export type PoseEstimator = (picture: Picture, box: Box) => Promise<Pose>;

const sizePx = 224;
const plane = sizePx * sizePx;

/** Mean and deviation of the ImageNet pictures, red, green, blue, which the model's inputs are brought to. */
const mean = { red: 0.485, green: 0.456, blue: 0.406 };
const deviation = { red: 0.229, green: 0.224, blue: 0.225 };

/** 66 bins of 3° from −99°: the expected value. @see https://arxiv.org/abs/1710.00925 (Hopenet) */
function toDegrees(scores: Float32Array): number {
  return softmax(scores).reduce((sum, probability, bin) => sum + probability * bin, 0) * 3 - 99;
}

/** The box goes in enlarged by a quarter on each side. */
export function createPoseEstimator(model: Model): PoseEstimator {
  return async (picture, box) => {
    const { input } = model;
    const stepX = (1.5 * box.width) / sizePx;
    const stepY = (1.5 * box.height) / sizePx;
    sampleGrid(
      picture,
      {
        columns: sizePx,
        rows: sizePx,
        origin: { x: box.x - box.width / 4 + stepX / 2 - 0.5, y: box.y - box.height / 4 + stepY / 2 - 0.5 },
        across: { x: stepX, y: 0 },
        down: { x: 0, y: stepY },
        outside: 'nearest',
      },
      (index, red, green, blue) => {
        input[index] = (red / 255 - mean.red) / deviation.red;
        input[plane + index] = (green / 255 - mean.green) / deviation.green;
        input[2 * plane + index] = (blue / 255 - mean.blue) / deviation.blue;
      },
    );
    const outputs = await model.run();
    return {
      yawDeg: toDegrees(outputs.output),
      pitchDeg: toDegrees(outputs['617']),
      rollDeg: toDegrees(outputs['618']),
    };
  };
}
