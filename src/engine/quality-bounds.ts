import { FaceError } from '../errors.js';
import type { Pose } from './pose.js';
import type { PixelQuality } from './quality.js';

/** One side or both of what is accepted; `null` where that side is not bounded. */
export interface QualityBound {
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/**
 * A narrower face, in pixels of the original, is refused: from this width on, photos shrunk to it fail no more often
 * than unshrunk ones; at 32 the first are lost, at 20 every fourth (`npm run eval -- face-width`; docs/engine.md).
 */
export const minFaceWidthPx = 40;

/**
 * A narrower face, in pixels of the picture that is sent, shows no movement that could be judged: what the finder of the 68
 * points looks at is 64 pixels wide, and less would be guessed.
 */
export const minJudgedWidthPx = 64;

/**
 * Where ordinary photos end, on the sides that are known to harm: the outer 0.5 % of one photo of each person of one
 * half of the evaluation people, judged on the other half (`npm run eval -- quality-bounds`; docs/engine.md).
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

/** A measure that has a bound. */
export type QualityMeasure = keyof typeof qualityBounds;

/** All of them. */
export const qualityMeasures = Object.keys(qualityBounds).filter(
  (name): name is QualityMeasure => name in qualityBounds,
);

/** Whether a value lies within a bound, its ends included. */
export const isWithin = ({ atLeast, atMost }: QualityBound, value: number): boolean =>
  (atLeast === null || value >= atLeast) && (atMost === null || value <= atMost);

/**
 * The bounded measures of an examination that was asked for `quality`, `magnitude` and `pose`.
 * @throws FaceError `internal`: one of them is missing
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
