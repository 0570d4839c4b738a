import type { Look } from './look.js';

export type { GuidePose, Look } from './look.js';

/** Looks at the camera's picture and says what would help. */
export interface Guide {
  /**
   * Looks at the picture the video shows now. The first steady face that looks ahead becomes the neutral pose which all
   * later poses are told from. A video that shows no picture yet has no face.
   * @throws GuidanceUnavailable the worker broke, or the guide is closed
   */
  look(video: HTMLVideoElement): Promise<Look>;
  /** Frees the models. A look that is under way is refused. */
  close(): void;
}

/** There is no guidance in this browser or from this server now. The page goes on without. */
export class GuidanceUnavailable extends Error {
  override readonly name = 'GuidanceUnavailable';
}
