import type { FrameSketch, Photo } from '../concealed.js';
import type { Hint } from '../hints.js';
import type { Movement } from '../movements.js';
import type { QueueShare } from '../queue-share.js';
import type { ScreenLight } from '../screen-light.js';

/** The photos' lowest probability of "live", 0 to 1. Evidence, not proof. */
export type Liveness = number;

/** For one photo, and the mean of a movement challenge. Derivation: src/liveness/bounds.ts. */
export const livenessBoundary = 0.05;

export interface CapturedFrame {
  readonly photo: Photo;
  readonly movement: Movement;
  /** `null` without light. */
  readonly light: ScreenLight | null;
}

export interface LivenessFinding extends Screening {
  /** Method and version: `movement-1`. */
  readonly presence: string;
  readonly liveness: Liveness;
  readonly hint: Hint | null;
}

/** Judges if the frames of a movement challenge show a living person. Extension point for a certified vendor. */
export interface LivenessJudge {
  /**
   * Stores nothing, and releases the photos. Order, times and digests are checked elsewhere.
   * @throws the codes of `Verifier`
   */
  judge(frames: readonly CapturedFrame[], share: QueueShare): Promise<LivenessFinding>;
}

/** Number of bands; the mirror image has as many. */
export const sketchBands = 64;

/** Examines a photo once for several consumers. */
export interface Sight {
  /**
   * Checks the header: the capture page can have taken it.
   * @throws `photo_invalid`, `photo_too_large`, `photo_animated`
   */
  checkFrame(photo: Photo): void;
  /** Passes on the photos, so that each is examined at most once. The result is wiped afterwards. */
  share<T>(
    photos: readonly Photo[],
    queueShare: QueueShare,
    work: (shared: readonly Photo[]) => Promise<T>,
  ): Promise<T>;
  /**
   * Returns a photo's fingerprint, which the caller must wipe.
   * @throws the codes of `Verifier`
   */
  sketch(photo: Photo, queueShare: QueueShare): Promise<FrameSketch>;
}

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly pass: boolean;
}

/** Measurements with their verdict; `reasons` names the failed ones. */
export interface Screening {
  readonly pass: boolean;
  readonly reasons: readonly string[];
  readonly measurements: readonly Measurement[];
}
