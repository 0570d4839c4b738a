import type { Embedding, FrameSketch, Photo } from '../core/concealed.js';
import type { Box, DetectedFace, Detection } from '../core/ports.js';
import type { QueueShare } from '../core/queue-share.js';
import type { Landmarks } from './landmarks.js';
import type { LightReading } from './light.js';
import type { NoiseResidual } from './noise.js';
import type { Pose } from './pose.js';
import type { PixelQuality } from './quality.js';

/** Measurements of the one face in a picture. Each costs a model run or a pass over the pixels. */
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

export interface OwnDescription {
  readonly recogniser: string;
  readonly embedding: Embedding;
  /** Length of the model's raw vector; its meaning depends on the model. */
  readonly magnitude: number;
}

/** Requested measurements; others are `null`. The magnitude comes with an embedding too. */
export interface Examination {
  readonly face: DetectedFace;
  readonly embedding: Embedding | null;
  /** With an embedding: one per configured recognizer, always. Otherwise empty. */
  readonly own: readonly OwnDescription[];
  /** Clarity of the face for the model, with the embedding or alone. Evaluation photos: 2.7 to 4.5. */
  readonly magnitude: number | null;
  readonly pose: Pose | null;
  /** Probability of "live", 0 to 1. */
  readonly liveness: number | null;
  /** Probability that both eyes are open, 0 to 1. */
  readonly eyesOpen: number | null;
  readonly quality: PixelQuality | null;
  /** 68 points in pixels of the upright original, in 300-W order. */
  readonly landmarks: Landmarks | null;
  readonly light: LightReading | null;
  /** With the light: texture to verify that two pictures half a second apart show one face (`readTexture`). */
  readonly texture: Embedding | null;
  /** Fingerprint of the whole picture, to detect copies. */
  readonly sketch: FrameSketch | null;
  readonly noise: NoiseResidual | null;
}

/** Wipes all embeddings, the texture, the sketch and the noise of an examination. */
export function wipeExamination({
  embedding,
  own,
  texture,
  sketch,
  noise,
}: Pick<Examination, 'embedding' | 'own' | 'texture' | 'sketch' | 'noise'>): void {
  embedding?.wipe();
  texture?.wipe();
  sketch?.wipe();
  noise?.signs.fill(0);
  for (const each of own) each.embedding.wipe();
}

/**
 * The face pipeline: decode, detect, align, embed; pose, liveness, eyes and quality as signals. Photos are copied to a
 * worker thread, which wipes the copy before the promise settles.
 */
export interface Engine {
  /** Detects all faces, largest first. @throws `photo_*`, `overloaded` */
  detect(photo: Photo, share: QueueShare): Promise<Detection>;
  /** Examines the only face. @throws `photo_*`, `face_none`, `face_many`, `face_too_small`, `overloaded` */
  examine(photo: Photo, signals: readonly Signal[], share: QueueShare): Promise<Examination>;
  /** Examines a face that was at `near` half a second ago, without detection. @throws `photo_*`, `overloaded` */
  examineAgain(photo: Photo, signals: readonly Signal[], near: Box, share: QueueShare): Promise<Examination>;
  isReady(): boolean;
  close(): Promise<void>;
}

export type { Box, DetectedFace, Detection, Landmarks, PixelQuality, Pose };
