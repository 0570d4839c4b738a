import type { Box } from '../../../src/core/face.js';
import { minCompanionShare, sortByWidth } from '../../../src/engine/choose-face.js';
import type { FaceDetector } from '../../../src/engine/detect.js';
import type { LandmarkFinder } from '../../../src/engine/landmarks.js';
import type { Picture, Point } from '../../../src/engine/picture.js';
import { measureQuality, type PixelQuality } from '../../../src/engine/quality.js';
import { type Light, measureBrightness, measureLight } from './light.js';

/** The only face of a picture. Places and sizes are in pixels of the picture that was looked at. */
export interface SeenFace {
  readonly box: Box;
  readonly landmarks: readonly Point[];
  readonly quality: PixelQuality;
  readonly light: Light;
}

/** What was measured in one picture of the camera. It holds no pixel of it. */
export interface Sight {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Pixels of the camera to one of the picture. */
  readonly scale: number;
  /** Mean grey level of the whole picture, 0 to 255. */
  readonly brightness: number;
  /** Faces at least half as wide as the widest, as the server counts them. */
  readonly faces: number;
  /** `null` where there is none, or more than one. */
  readonly face: SeenFace | null;
}

/**
 * Measures one picture with the engine's own stages, so that the guide and the server mean the same by a face.
 * @param scale - pixels of the camera to one of the picture
 */
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
