import { FaceError } from '../errors.js';
import type { Pose } from './pose.js';
import type { PixelQuality } from './quality.js';

/** `null`: unbounded. */
export interface QualityBound {
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/**
 * Minimum face width in the original, in pixels: at 32 the first photos are lost, at 20 every fourth (`npm run eval --
 * face-width`; docs/engine.md).
 */
export const minFaceWidthPx = 40;

/**
 * Minimum face width for movements, in pixels of the submitted picture: the landmark model's input is 64 pixels wide.
 */
export const minJudgedWidthPx = 64;

/**
 * Ranges of ordinary photos, on the harmful sides: the outer 0.5 % of one photo per person in one half of the
 * evaluation people, verified on the other half (`npm run eval -- quality-bounds`; docs/engine.md).
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

/** Returns true if within a bound, inclusive. */
export const isWithin = ({ atLeast, atMost }: QualityBound, value: number): boolean =>
  (atLeast === null || value >= atLeast) && (atMost === null || value <= atMost);

/**
 * Returns the bounded measures of an examination.
 * @throws `internal`: one is missing
 */
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
