import type { Look } from './look.js';

export type { GuidePose, Look } from './look.js';

export interface Guide {
  /**
   * Analyzes the current frame. The first steady frontal face defines the neutral pose. If the video has no frame yet,
   * the result has no face.
   * @throws GuidanceUnavailable
   */
  look(video: HTMLVideoElement): Promise<Look>;
  close(): void;
}

export class GuidanceUnavailable extends Error {
  override readonly name = 'GuidanceUnavailable';
}
