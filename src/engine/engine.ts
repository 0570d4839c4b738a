import type { Embedding, Photo } from '../core/concealed.js';
import type { Box, DetectedFace, Detection } from '../core/ports.js';
import type { Landmarks } from './landmarks.js';
import type { Pose } from './pose.js';
import type { PixelQuality } from './quality.js';

/** What may be measured of the one face in a picture. Each costs a model run or a pass over the pixels. */
export type Signal = 'embedding' | 'magnitude' | 'pose' | 'liveness' | 'eyes' | 'quality' | 'landmarks';

/** What was asked for is present; the rest is `null` (a magnitude comes with an embedding, too). */
export interface Examination {
  readonly face: DetectedFace;
  readonly embedding: Embedding | null;
  /** How clearly the model saw the face: comes with the embedding, or alone. Evaluation photos lie between 2.7 and 4.5. */
  readonly magnitude: number | null;
  readonly pose: Pose | null;
  /** Probability of "live", 0 to 1. */
  readonly liveness: number | null;
  /** Probability that both eyes are open, 0 to 1. */
  readonly eyesOpen: number | null;
  readonly quality: PixelQuality | null;
  /** 68 points in pixels of the upright original, in the order of the 300-W annotation. */
  readonly landmarks: Landmarks | null;
}

/**
 * The face pipeline: decode, detect, align, embed; pose, liveness, eyes and quality as signals. Photos are copied to a
 * worker thread and overwritten there and here before the promise settles.
 */
export interface Engine {
  /** Every face, largest first. @throws FaceError `photo_*`, `overloaded` */
  detect(photo: Photo): Promise<Detection>;
  /** The only face. @throws FaceError `photo_*`, `face_none`, `face_many`, `face_too_small`, `overloaded` */
  examine(photo: Photo, signals: readonly Signal[]): Promise<Examination>;
  /** Whether every worker has its models loaded. */
  isReady(): boolean;
  close(): Promise<void>;
}

export type { Box, DetectedFace, Detection, Landmarks, PixelQuality, Pose };
