import { type Landmarks, toEyeCentres, toGrey } from './landmarks.js';
import type { Model } from './models.js';
import { type Picture, type Point, sampleGrid } from './picture.js';
import { softmax } from './softmax.js';

/** The probability, 0 to 1, that both eyes are open: that of the eye less likely to be. */
export type EyeEstimator = (picture: Picture, landmarks: Landmarks) => Promise<number>;

const sizePx = 24;

/** The square around an eye is this many times as wide as the eye, corner to corner. */
const enlargement = 1.6;

export function createEyeEstimator(model: Model): EyeEstimator {
  const isOpen = async (picture: Picture, centre: Point, widthPx: number): Promise<number> => {
    const { input } = model;
    const step = (enlargement * widthPx) / sizePx;
    const reach = (step * (sizePx - 1)) / 2;
    sampleGrid(
      picture,
      {
        columns: sizePx,
        rows: sizePx,
        origin: { x: centre.x - reach, y: centre.y - reach },
        across: { x: step, y: 0 },
        down: { x: 0, y: step },
        outside: 'nearest',
      },
      (index, red, green, blue) => {
        input[index] = toGrey(red, green, blue) / 255;
      },
    );
    const { output } = await model.run();
    return softmax(output)[1];
  };

  return async (picture, landmarks) => {
    const [left, right] = toEyeCentres(landmarks);
    const widthOf = (outer: number, inner: number): number =>
      Math.hypot(landmarks[inner].x - landmarks[outer].x, landmarks[inner].y - landmarks[outer].y);
    const leftOpen = await isOpen(picture, left, widthOf(36, 39));
    const rightOpen = await isOpen(picture, right, widthOf(42, 45));
    return Math.min(leftOpen, rightOpen);
  };
}
