import type { Box } from '../../core/face.js';
import type { Model } from './model.js';
import { type Picture, type Point, sampleGrid, toGreys } from './picture.js';

/**
 * 68 points in the order of 300-W, in pixels of the picture.
 * @see https://ibug.doc.ic.ac.uk/resources/300-W/
 */
export type Landmarks = readonly Point[];

export type LandmarkFinder = (picture: Picture, box: Box) => Promise<Landmarks>;

const sizePx = 64;

export function createLandmarkFinder(model: Model): LandmarkFinder {
  const { input } = model;
  const rgb = new Float32Array(3 * input.length);
  return async (picture, box) => {
    const grid = {
      columns: sizePx,
      rows: sizePx,
      origin: { x: box.x, y: box.y },
      across: { x: (box.width - 1) / (sizePx - 1), y: 0 },
      down: { x: 0, y: (box.height - 1) / (sizePx - 1) },
    };
    sampleGrid(picture, grid, 'nearest', rgb);
    toGreys(rgb, input, 256);
    const { output } = await model.run();
    const landmarks: Point[] = [];
    for (let at = 0; at < output.length; at += 2)
      landmarks.push({ x: box.x + output[at] * box.width, y: box.y + output[at + 1] * box.height });
    rgb.fill(0);
    input.fill(0);
    output.fill(0);
    return landmarks;
  };
}

export function toMean(points: readonly Point[]): Point {
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

const pick = (landmarks: Landmarks, indices: readonly number[]): Point => toMean(indices.map((at) => landmarks[at]));

/** Returns the center of each eye, the left one in the picture first. */
export const toEyeCentres = (landmarks: Landmarks): readonly [Point, Point] => [
  pick(landmarks, [37, 38, 40, 41]),
  pick(landmarks, [43, 44, 46, 47]),
];

/** Returns the corners of the mouth, the left one in the picture first. */
export const toMouthCorners = (landmarks: Landmarks): readonly [Point, Point] => [
  pick(landmarks, [48, 60]),
  pick(landmarks, [54, 64]),
];

export const toNoseTip = (landmarks: Landmarks): Point => landmarks[30];
