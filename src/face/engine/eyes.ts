import { type Landmarks, toEyeCentres } from './landmarks.js';
import { type Model, softmax } from './model.js';
import { type Picture, type Point, sampleGrid, toCellGrid, toGreys } from './picture.js';

export type EyeEstimator = (picture: Picture, landmarks: Landmarks) => Promise<number>;

const sizePx = 24;

const enlargement = 1.6;

/**
 * Creates the estimator of open eyes. The model expects unrotated square crops, so eyes of a tilted head are not
 * rotated upright.
 */
export function createEyeEstimator(model: Model): EyeEstimator {
  const { input } = model;
  const rgb = new Float32Array(3 * input.length);
  const isOpen = async (picture: Picture, centre: Point, widthPx: number): Promise<number> => {
    const size = enlargement * widthPx;
    const area = { x: centre.x + 0.5 - size / 2, y: centre.y + 0.5 - size / 2, width: size, height: size };
    sampleGrid(picture, toCellGrid(area, sizePx, sizePx), 'nearest', rgb);
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
    const rightOpen = await isOpen(picture, right, widthOf(42, 45));
    return Math.min(leftOpen, rightOpen);
  };
}
