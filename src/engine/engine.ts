import type { Embedding, FrameSketch, Photo } from '../core/concealed.js';
import type { Box, DetectedFace, Detection } from '../core/ports.js';
import type { QueueShare } from '../core/queue-share.js';
import type { Landmarks } from './landmarks.js';
import type { LightReading } from './light.js';
import type { NoiseResidual } from './noise.js';
import type { Pose } from './pose.js';
import type { PixelQuality } from './quality.js';

/** Measurements; each costs a model run or a pass over the pixels. */
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
  readonly magnitude: number;
}

/** Requested measurements; others are `null`. */
export interface Examination {
  readonly face: DetectedFace;
  readonly embedding: Embedding | null;
  /** One per configured recognizer, always; empty without an embedding. */
  readonly own: readonly OwnDescription[];
  /** Clarity of the face for the model. Evaluation photos: 2.7 to 4.5. */
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
  /** Verifies that two pictures half a second apart show one face. */
  readonly texture: Embedding | null;
  readonly sketch: FrameSketch | null;
  readonly noise: NoiseResidual | null;
}

/** Wipes all arrays of an examination. */
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

/** The face pipeline. A worker thread wipes its copy of a photo before the promise settles. */
export interface Engine {
  /** Detects all faces, largest first. @throws `photo_*`, `overloaded` */
  detect(photo: Photo, share: QueueShare): Promise<Detection>;
  /** Examines the only face. @throws `photo_*`, `face_none`, `face_many`, `face_too_small`, `overloaded` */
  examine(photo: Photo, signals: readonly Signal[], share: QueueShare): Promise<Examination>;
  /** Examines the face near `near`, half a second later, without detection. @throws `photo_*`, `overloaded` */
  examineAgain(photo: Photo, signals: readonly Signal[], near: Box, share: QueueShare): Promise<Examination>;
  isReady(): boolean;
  close(): Promise<void>;
}

export type { Box, DetectedFace, Detection, Landmarks, PixelQuality, Pose };
