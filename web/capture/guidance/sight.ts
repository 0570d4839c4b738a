import type { Box } from '../../../src/core/face.js';
import { minCompanionShare, sortByWidth } from '../../../src/face/engine/choose-face.js';
import type { FaceDetector } from '../../../src/face/engine/detect.js';
import type { LandmarkFinder } from '../../../src/face/engine/landmarks.js';
import type { Picture, Point } from '../../../src/face/engine/picture.js';
import { measureQuality, type PixelQuality } from '../../../src/face/engine/quality.js';
import { type Light, measureBrightness, measureLight } from './light.js';

/** The only face of a picture, in pixels of the analyzed picture. */
export interface SeenFace {
  readonly box: Box;
  readonly landmarks: readonly Point[];
  readonly quality: PixelQuality;
  readonly light: Light;
}

export interface Sight {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scale: number;
  /** Mean gray level of the picture, 0 to 255. */
  readonly brightness: number;
  /** Faces at least half as wide as the widest, as on the server. */
  readonly faces: number;
  readonly face: SeenFace | null;
}

/** @param scale - camera pixels per analyzed pixel */
export async function see(
  picture: Picture,
  scale: number,
  stages: { readonly detect: FaceDetector; readonly findLandmarks: LandmarkFinder },
): Promise<Sight> {
  const { widthPx, heightPx } = picture;
  const found = sortByWidth(await stages.detect(picture, 'sure'));
  const counted = found.filter(({ box }) => box.width >= minCompanionShare * found[0].box.width);
  const sight = { widthPx, heightPx, scale, brightness: measureBrightness(picture), faces: counted.length };
  if (counted.length !== 1) return { ...sight, face: null };
  const [{ box }] = counted;
  const landmarks = await stages.findLandmarks(picture, box);
  const quality = measureQuality(picture, box, landmarks, scale);
  return { ...sight, face: { box, landmarks, quality, light: measureLight(picture, box) } };
}
