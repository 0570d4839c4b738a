import type { Box } from '../core/ports.js';
import type { Model } from './models.js';
import { type Picture, sampleGrid } from './picture.js';
import { softmax } from './softmax.js';

/** The probability, 0 to 1, that a picture shows a live face and not a picture of one. Evidence, not proof. */
export type LivenessEstimator = (picture: Picture, box: Box) => Promise<number>;

const sizePx = 128;
const plane = sizePx * sizePx;

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

/** The model takes blue, green, red as they are, 0 to 255. */
export function createLivenessEstimator(model: Model): LivenessEstimator {
  return async (picture, box) => {
    const { input } = model;
    const area = toSurroundings(picture, box);
    const stepX = area.width / sizePx;
    const stepY = area.height / sizePx;
    sampleGrid(
      picture,
      {
        columns: sizePx,
        rows: sizePx,
        origin: { x: area.x + stepX / 2 - 0.5, y: area.y + stepY / 2 - 0.5 },
        across: { x: stepX, y: 0 },
        down: { x: 0, y: stepY },
        outside: 'nearest',
      },
      (index, red, green, blue) => {
        input[index] = blue;
        input[plane + index] = green;
        input[2 * plane + index] = red;
      },
    );
    const { output } = await model.run();
    return softmax(output)[0];
  };
}
