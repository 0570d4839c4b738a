import type { FrameSketch, Photo } from '../concealed.js';
import type { Hint } from '../hints.js';
import type { Movement } from '../movements.js';
import type { QueueShare } from '../queue-share.js';
import type { ScreenLight } from '../screen-light.js';

/** Passive liveness of the photos: the least probability of "live" among them, 0 to 1. Evidence, not proof. */
export type Liveness = number;

/** What one photo, and the mean of a movement challenge's frames, must reach. Where it comes from: src/liveness/bounds.ts. */
export const livenessBoundary = 0.05;

/** One picture taken while a movement was asked for. */
export interface CapturedFrame {
  readonly photo: Photo;
  readonly movement: Movement;
  /** What the screen showed; `null` in a challenge of movements alone. */
  readonly light: ScreenLight | null;
}

/** Every signal with its bound, for the audit trail. */
export interface LivenessFinding extends Screening {
  /** Names what was judged, and by which version: `movement-1`. */
  readonly presence: string;
  readonly liveness: Liveness;
  /** What would help the next attempt. */
  readonly hint: Hint | null;
}

/** Judges whether the frames of one movement challenge show a living person. A certified vendor's service fits in here. */
export interface LivenessJudge {
  /**
   * Keeps nothing, and is done with the photos when it settles. Order, times and digests of the frames are not its business.
   * @throws FaceError the codes of `Verifier` for pictures
   */
  judge(frames: readonly CapturedFrame[], share: QueueShare): Promise<LivenessFinding>;
}

/** The bands of a frame's sketch, all of one length; as many follow for the mirror image of the frame. */
export const sketchBands = 64;

/** Sees to it that a photo which several look at is examined once. */
export interface Sight {
  /**
   * Checks that a photo can be one that the capture page took, by what it declares: nothing is decoded.
   * @throws FaceError `photo_invalid`, `photo_too_large`, `photo_animated`
   */
  checkFrame(photo: Photo): void;
  /**
   * Hands the photos on, over the same bytes, as ones that are examined at most once, whoever asks.
   * Who does not ask takes them for photos like any other. What was seen of them is overwritten before this settles, and
   * cannot be asked for afterwards.
   */
  share<T>(
    photos: readonly Photo[],
    queueShare: QueueShare,
    work: (shared: readonly Photo[]) => Promise<T>,
  ): Promise<T>;
  /**
   * By what a copy of a photo is known; whoever asks overwrites it. Copies of a shared photo's are of its one examination.
   * @throws FaceError the codes of `Verifier` for pictures
   */
  sketch(photo: Photo, queueShare: QueueShare): Promise<FrameSketch>;
}

/** One measured property of a face picture and the bound it was held against. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly pass: boolean;
}

/** A set of measurements with their verdict; `reasons` names the measurements that failed. */
export interface Screening {
  readonly pass: boolean;
  readonly reasons: readonly string[];
  readonly measurements: readonly Measurement[];
}
