import { FaceError } from '../../errors.js';
import type { Pose } from './pose.js';
import type { PixelQuality } from './quality.js';

export interface QualityBound {
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/**
 * Minimum width of a face in the original photo, in pixels. Recognition begins to fail for faces of 32 pixels (`npm run
 * eval -- face-width`; docs/engine.md).
 */
export const minFaceWidthPx = 40;

/**
 * Minimum width of a face for judging movements, in pixels of the submitted picture. The landmark model's input is 64
 * pixels wide.
 */
export const minJudgedWidthPx = 64;

/**
 * Ranges of ordinary photos. Each bound excludes 0.5 % of the evaluation photos (`npm run eval -- quality-bounds`;
 * docs/engine.md).
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
