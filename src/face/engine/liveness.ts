import type { Box } from '../../core/face.js';
import { type Model, softmax } from './model.js';
import type { Picture } from './picture.js';
import { type PlaneLayout, samplePlanes } from './planes.js';

/** Returns the probability, 0 to 1, that a face is live. This is evidence, not proof. */
export type LivenessEstimator = (picture: Picture, box: Box) => Promise<number>;

const sizePx = 128;

/**
 * Factor by which the face's box is enlarged, because the model also uses what surrounds the face: frames, hands,
 * screens.
 */
const enlargement = 2.7;

function toSurroundings(picture: Picture, box: Box): Box {
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
const layout: PlaneLayout = {
  columns: sizePx,
  planes: [2, 1, 0],
  normalisations: [unchanged, unchanged, unchanged],
};

export function createLivenessEstimator(model: Model): LivenessEstimator {
  const { input } = model;
  return async (picture, box) => {
    samplePlanes(picture, toSurroundings(picture, box), sizePx, sizePx, layout, input);
    const { output } = await model.run();
    input.fill(0);
    return softmax(output)[0];
  };
}
