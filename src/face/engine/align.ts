import { type Landmarks, toEyeCentres, toMean, toMouthCorners, toNoseTip } from './landmarks.js';
import type { Point } from './picture.js';

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
