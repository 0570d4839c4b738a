import type { Embedding, FrameSketch, Photo } from '../core/concealed.js';
import type { Box, DetectedFace, Detection } from '../core/ports.js';
import type { QueueShare } from '../core/queue-share.js';
import type { Landmarks } from './landmarks.js';
import type { LightReading } from './light.js';
import type { NoiseResidual } from './noise.js';
import type { Pose } from './pose.js';
import type { PixelQuality } from './quality.js';

/** What may be measured of the one face in a picture. Each costs a model run or a pass over the pixels. */
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

/** How one recognition model of one's own describes a face. */
export interface OwnDescription {
  /** Of the recogniser: its id. */
  readonly recogniser: string;
  readonly embedding: Embedding;
  /** How long the model's own vector is; what that tells is the model's affair. */
  readonly magnitude: number;
}

/** What was asked for is present; the rest is `null` (a magnitude comes with an embedding, too). */
export interface Examination {
  readonly face: DetectedFace;
  readonly embedding: Embedding | null;
  /** With the embedding: one for each recogniser the engine was made with, always, whosever photo it is. Otherwise none. */
  readonly own: readonly OwnDescription[];
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
  readonly light: LightReading | null;
  /** With the light: what tells whether two pictures half a second apart are of one face (`readTexture`). */
  readonly texture: Embedding | null;
  /** Of the whole picture: by what a copy of it is known. */
  readonly sketch: FrameSketch | null;
  /** Of the whole picture. */
  readonly noise: NoiseResidual | null;
}

/** Overwrites every embedding of an examination, the texture, the sketch and the noise. */
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
 * worker thread; the copy is overwritten before the promise settles.
 */
export interface Engine {
  /** Every face, largest first. @throws FaceError `photo_*`, `overloaded` */
  detect(photo: Photo, share: QueueShare): Promise<Detection>;
  /** The only face. @throws FaceError `photo_*`, `face_none`, `face_many`, `face_too_small`, `overloaded` */
  examine(photo: Photo, signals: readonly Signal[], share: QueueShare): Promise<Examination>;
  /**
   * As `examine`, of a face that stood in `near` half a second ago: nobody searches for it.
   * @param near - in pixels of the upright original
   * @throws FaceError `photo_*`, `overloaded`
   */
  examineAgain(photo: Photo, signals: readonly Signal[], near: Box, share: QueueShare): Promise<Examination>;
  /** Whether every worker has its models loaded. */
  isReady(): boolean;
  close(): Promise<void>;
}

export type { Box, DetectedFace, Detection, Landmarks, PixelQuality, Pose };
