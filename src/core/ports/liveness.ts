import type { QueueShare } from '../fair-queue.js';
import type { Hint } from '../hints.js';
import type { Measurement } from '../measurement.js';
import type { Movement } from '../movements.js';
import type { ScreenLight } from '../screen-light.js';
import type { FrameSketch, Photo } from '../secrets.js';

export type { Measurement };

/** Lowest probability over all photos that the picture is of a live person, from 0 to 1. Evidence, not proof. */
export type Liveness = number;

/**
 * Minimum liveness of one photo, and minimum mean over a movement challenge. src/face/liveness/signals.ts has the derivation.
 */
export const livenessBoundary = 0.05;

export interface CapturedFrame {
  readonly photo: Photo;
  readonly movement: Movement;
  /** `null` if the frame was taken without screen light. */
  readonly light: ScreenLight | null;
}

/** A small picture that was taken on the way to a frame, and drawn among many. */
export type CapturedLook = Pick<CapturedFrame, 'photo' | 'movement'>;

/** Pictures of one movement challenge. */
export interface Captured {
  readonly frames: readonly CapturedFrame[];
  readonly looks: readonly CapturedLook[];
}

export interface LivenessFinding extends Screening {
  /** Method and version, such as `movement-1`. */
  readonly presence: string;
  readonly liveness: Liveness;
  readonly hint: Hint | null;
}

/** Judges if the frames of a movement challenge show a live person. Extension point for a certified vendor. */
export interface LivenessJudge {
  /**
   * Judges frames and looks. Must store nothing and release the photos. The caller checks their order, times and digests.
   * @throws the codes of `Verifier`
   */
  judge(captured: Captured, share: QueueShare): Promise<LivenessFinding>;
}

/** Number of bands of a picture in a fingerprint. The mirror image has as many. */
export const sketchBands = 64;

/** Use of held photos, which decides what is measured. `ahead`: looks that a person is also compared by. */
export type HeldKind = 'frame' | 'ahead' | 'look' | 'photo';

/** Photos whose examinations are kept for several consumers. */
export interface HeldPhotos {
  readonly photos: readonly Photo[];
  /** Returns those of its photos that the engine does not refuse, the one with the clearest eyes first. */
  usable(): Promise<readonly Photo[]>;
  /** Wipes the examinations, also those that are still running. */
  release(): Promise<void>;
}

/** Examines each photo once, for several consumers. */
export interface AnalysisCache {
  /**
   * Checks by the file's header that the capture page can have taken the photo.
   * @throws `photo_invalid`, `photo_too_large`, `photo_animated`
   */
  checkFrame(photo: Photo): void;
  /**
   * Holds photos, so that each is examined at most once until they are released.
   * @param kind - `frame`, `ahead` and `look` for pictures of the capture page that a judge measures; a `photo` may be turned
   */
  hold(photos: readonly Photo[], kind: HeldKind, queueShare: QueueShare): HeldPhotos;
  /**
   * Returns a photo's fingerprint, which the caller must wipe.
   * @throws the codes of `Verifier`
   */
  sketch(photo: Photo, queueShare: QueueShare): Promise<FrameSketch>;
}

/** An AES key, encrypted to several public keys; all in base64url. */
export type ContentKeys = Readonly<Record<string, string>>;

/** Pictures that the capture page encrypts to the process that parses pictures. */
export interface EncryptedPictures {
  /** Returns the public keys of the processes of all replicas, in base64url. */
  keys(): Promise<readonly string[]>;
  /**
   * Lets the process of this replica describe encrypted photos.
   * @param contentKeys - the AES key, encrypted to each public key
   * @param context - nonce of the check
   * @returns the same photos with their descriptions, still encrypted
   * @throws `challenge_wrong` if they were encrypted for another process or check
   */
  open(
    photos: readonly Photo[],
    contentKeys: ContentKeys,
    context: string,
    share: QueueShare,
  ): Promise<readonly Photo[]>;
}

/** Result of several measurements. `reasons` names those that failed. */
export interface Screening {
  readonly pass: boolean;
  readonly reasons: readonly string[];
  readonly measurements: readonly Measurement[];
}
