import type { Box, DetectedFace, Detection } from '../../core/ports.js';
import type { QueueShare } from '../../core/queue-share.js';
import type { Embedding, FrameSketch, Photo } from '../../core/secrets.js';
import type { Landmarks } from './landmarks.js';
import type { LightReading } from './light.js';
import type { NoiseResidual } from './noise.js';
import type { Pose } from './pose.js';
import type { PixelQuality } from './quality.js';

/** Measurements of an examination. Each costs a model run or a pass over the pixels. */
export type Signal =
  | 'embedding'
  | 'magnitude'
  | 'pose'
  | 'liveness'
  | 'eyes'
  | 'quality'
  | 'landmarks'
  | 'light'
  | 'sketch'
  | 'noise';

export interface CustomModelResult {
  readonly recogniser: string;
  readonly embedding: Embedding;
  readonly magnitude: number;
}

/** Result of an examination. Measurements that were not requested are `null`. */
export interface FaceAnalysis {
  readonly face: DetectedFace;
  readonly embedding: Embedding | null;
  /** Results of the custom recognition models, one per model; empty if no embedding was requested. */
  readonly own: readonly CustomModelResult[];
  /** Clearness of the face for the recognition model. Evaluation photos have values of 2.7 to 4.5. */
  readonly magnitude: number | null;
  readonly pose: Pose | null;
  readonly liveness: number | null;
  readonly eyesOpen: number | null;
  readonly quality: PixelQuality | null;
  /** 68 points in the order of 300-W, in pixels of the upright original. */
  readonly landmarks: Landmarks | null;
  readonly light: LightReading | null;
  /**
   * Texture of the face. Two pictures that were taken half a second apart are compared by it, to verify that both show
   * the same face.
   */
  readonly texture: Embedding | null;
  readonly sketch: FrameSketch | null;
  readonly noise: NoiseResidual | null;
}

export function wipeFaceAnalysis({
  embedding,
  own,
  texture,
  sketch,
  noise,
}: Pick<FaceAnalysis, 'embedding' | 'own' | 'texture' | 'sketch' | 'noise'>): void {
  embedding?.wipe();
  texture?.wipe();
  sketch?.wipe();
  noise?.signs.fill(0);
  for (const each of own) each.embedding.wipe();
}

/** The face pipeline. Worker threads wipe their copy of a photo before the returned promise settles. */
export interface Engine {
  detect(photo: Photo, share: QueueShare): Promise<Detection>;
  examine(photo: Photo, signals: readonly Signal[], share: QueueShare): Promise<FaceAnalysis>;
  /** Examines the face near `near` in a picture taken half a second later, without detection. */
  examineAgain(photo: Photo, signals: readonly Signal[], near: Box, share: QueueShare): Promise<FaceAnalysis>;
  isReady(): boolean;
  close(): Promise<void>;
}

export type { Box, DetectedFace, Detection, Landmarks, PixelQuality, Pose };
