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

export type FivePoints = readonly [Point, Point, Point, Point, Point];

export const alignedSizePx = 112;

/**
 * Target positions of eyes, nose and corners of the mouth in the aligned face.
 * @see https://arxiv.org/abs/1801.07698 (ArcFace)
 */
export const facePlaces: [Point, Point, Point, Point, Point] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];

export interface Alignment {
  readonly origin: Point;
  readonly across: Point;
  readonly down: Point;
}

/**
 * Fits the similarity transform (least squares, without reflection) that moves the five points to `places`, and returns
 * its inverse.
 */
export function alignFace(landmarks: Landmarks, places: FivePoints = facePlaces): Alignment {
  const points = [...toEyeCentres(landmarks), toNoseTip(landmarks), ...toMouthCorners(landmarks)];
  const from = toMean(points);
  const to = toMean(places);
  let length = 0;
  let dot = 0;
  let cross = 0;
  points.forEach((point, at) => {
    const u = { x: point.x - from.x, y: point.y - from.y };
    const v = { x: places[at].x - to.x, y: places[at].y - to.y };
    length += u.x * u.x + u.y * u.y;
    dot += u.x * v.x + u.y * v.y;
    cross += u.x * v.y - u.y * v.x;
  });
  const norm = (dot * dot + cross * cross) / length;
  const a = dot / norm;
  const b = cross / norm;
  return {
    origin: { x: from.x - a * to.x - b * to.y, y: from.y + b * to.x - a * to.y },
    across: { x: a, y: -b },
    down: { x: b, y: a },
  };
}
