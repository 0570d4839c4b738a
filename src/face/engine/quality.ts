import type { Box, DetectedFace } from '../../core/face.js';
import { FaceError } from '../../errors.js';
import type { Pose } from './estimators.js';
import { type Landmarks, toEyeCentres } from './landmarks.js';
import { type Picture, sampleGrid, toCellGrid, toGreys } from './picture.js';

export interface PixelQuality {
  readonly faceWidthPx: number;
  readonly eyeDistancePx: number;
  readonly sharpness: number;
  readonly brightness: number;
  readonly contrast: number;
}

/** Size to which faces are scaled, so that sharpness does not depend on the distance to the camera. */
const sizePx = 64;

function toGreyFace(picture: Picture, box: Box): Float32Array {
  const fine = Math.max(1, Math.ceil(Math.max(box.width, box.height) / sizePx));
  const rgb = new Float32Array(3 * sizePx * sizePx);
  const part = new Float32Array(sizePx * sizePx);
  const grey = new Float32Array(sizePx * sizePx);
  const grid = toCellGrid(box, sizePx, sizePx);
  const toShift = (step: number, index: number): number => step * ((index + 0.5) / fine - 0.5);
  for (let row = 0; row < fine; row += 1) {
    for (let column = 0; column < fine; column += 1) {
      const origin = {
        x: grid.origin.x + toShift(grid.across.x, column),
        y: grid.origin.y + toShift(grid.down.y, row),
      };
      sampleGrid(picture, { ...grid, origin }, 'nearest', rgb);
      toGreys(rgb, part, fine * fine);
      for (let at = 0; at < grey.length; at += 1) grey[at] += part[at];
    }
  }
  rgb.fill(0);
  part.fill(0);
  return grey;
}

function toMoments(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** @see https://doi.org/10.1109/ICPR.2000.903548 */
function toLaplacian(grey: Float32Array): Float32Array {
  const inner = sizePx - 2;
  const laplacian = new Float32Array(inner * inner);
  for (let y = 1; y <= inner; y += 1) {
    for (let x = 1; x <= inner; x += 1) {
      const at = y * sizePx + x;
      laplacian[(y - 1) * inner + x - 1] =
        grey[at - 1] + grey[at + 1] + grey[at - sizePx] + grey[at + sizePx] - 4 * grey[at];
    }
  }
  return laplacian;
}

/**
 * Measures a face.
 * @param scale - original pixels per pixel of `picture`, used to report the face's width in original pixels
 */
export function measureQuality(picture: Picture, box: Box, landmarks: Landmarks, scale: number): PixelQuality {
  const [left, right] = toEyeCentres(landmarks);
  const grey = toGreyFace(picture, box);
  const level = toMoments(grey);
  const sharpness = toMoments(toLaplacian(grey)).variance;
  grey.fill(0);
  return {
    faceWidthPx: box.width * scale,
    eyeDistancePx: Math.hypot(right.x - left.x, right.y - left.y) * scale,
    sharpness,
    brightness: level.mean,
    contrast: Math.sqrt(level.variance),
  };
}

export interface QualityBound {
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/**
 * Minimum width of a face in the original photo, in pixels. Recognition begins to fail for faces of 32 pixels (docs/engine.md).
 */
export const minFaceWidthPx = 40;

/**
 * Minimum width of a face for judging movements, in pixels of the submitted picture. The landmark model's input is 64
 * pixels wide.
 */
export const minJudgedWidthPx = 64;

/**
 * Ranges of ordinary photos. Each bound excludes 0.5 % of the evaluation photos (docs/engine.md).
 */
export const qualityBounds = {
  faceWidthPx: { atLeast: minFaceWidthPx, atMost: null },
  sharpness: { atLeast: 70.1, atMost: null },
  brightness: { atLeast: 58.9, atMost: 177 },
  contrast: { atLeast: 21.9, atMost: null },
  magnitude: { atLeast: 2.95, atMost: null },
  yawDeg: { atLeast: -35.7, atMost: 35.5 },
  pitchDeg: { atLeast: -33.6, atMost: 20.7 },
  rollDeg: { atLeast: -15.1, atMost: 10.4 },
} as const satisfies Record<string, QualityBound>;

export type QualityMeasure = keyof typeof qualityBounds;

export const qualityMeasures = Object.keys(qualityBounds).filter(
  (name): name is QualityMeasure => name in qualityBounds,
);

export const isWithin = ({ atLeast, atMost }: QualityBound, value: number): boolean =>
  (atLeast === null || value >= atLeast) && (atMost === null || value <= atMost);

export function toMeasures(examination: {
  readonly quality: PixelQuality | null;
  readonly magnitude: number | null;
  readonly pose: Pose | null;
}): Record<QualityMeasure, number> {
  const { quality, magnitude, pose } = examination;
  if (quality === null || magnitude === null || pose === null) throw new FaceError('internal', { measured: 'not all' });
  const { faceWidthPx, sharpness, brightness, contrast } = quality;
  return { faceWidthPx, sharpness, brightness, contrast, magnitude, ...pose };
}

/** Detection score of a face under which it is probably covered. */
const leastScore = 0.95;

/** Magnitude under which a face whose eyes are not seen is probably covered, and not only blinking. */
const leastWithoutEyes = 3.3;
const leastEyes = 0.01;

/**
 * Returns false if a mask, a bar over the eyes, motion blur or few pixels probably hide the face (docs/engine.md).
 * Needs the signals `magnitude`, `quality` and `eyes`.
 */
export function isUncovered({
  face,
  magnitude,
  quality,
  eyesOpen,
}: {
  readonly face: Pick<DetectedFace, 'confidence'>;
  readonly magnitude: number | null;
  readonly quality: PixelQuality | null;
  readonly eyesOpen: number | null;
}): boolean {
  if (magnitude === null || quality === null || eyesOpen === null)
    throw new FaceError('internal', { measured: 'not all' });
  const seesEyes = eyesOpen >= leastEyes || magnitude >= leastWithoutEyes;
  return face.confidence >= leastScore && isWithin(qualityBounds.sharpness, quality.sharpness) && seesEyes;
}
