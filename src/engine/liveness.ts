import type { Box } from '../core/face.js';
import type { Model } from './model.js';
import { type Picture, sampleGrid, toCellGrid, toPlanes } from './picture.js';
import { softmax } from './softmax.js';

/** The probability, 0 to 1, that a picture shows a live face and not a picture of one. Evidence, not proof. */
export type LivenessEstimator = (picture: Picture, box: Box) => Promise<number>;

const sizePx = 128;

/** The model looks at the surroundings too: frames, hands and screens give an attack away. */
const enlargement = 2.7;

/** The box enlarged about its middle, no larger than the picture and moved inside it, as the model was made for. */
export function toSurroundings(picture: Picture, box: Box): Box {
  const scale = Math.min(picture.widthPx / box.width, picture.heightPx / box.height, enlargement);
  const width = box.width * scale;
  const height = box.height * scale;
  const x = box.x + (box.width - width) / 2;
  const y = box.y + (box.height - height) / 2;
  return {
    x: Math.min(Math.max(x, 0), picture.widthPx - width),
    y: Math.min(Math.max(y, 0), picture.heightPx - height),
    width,
    height,
  };
}

const unchanged = { mean: 0, deviation: 1 };

/** The model takes blue, green, red as they are, 0 to 255. */
export function createLivenessEstimator(model: Model): LivenessEstimator {
  const { input } = model;
  const rgb = new Float32Array(input.length);
  return async (picture, box) => {
    sampleGrid(picture, toCellGrid(toSurroundings(picture, box), sizePx, sizePx), 'nearest', rgb);
    toPlanes(rgb, input, [2, 1, 0], [unchanged, unchanged, unchanged]);
    const { output } = await model.run();
    rgb.fill(0);
    input.fill(0);
    return softmax(output)[0];
  };
}
