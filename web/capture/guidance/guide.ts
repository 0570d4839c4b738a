import type { Hint } from '../../../src/core/hints.js';

/** Direction of the head. Left and right are the person's own. */
export type GuidePose = 'centre' | 'left' | 'right' | 'up' | 'down';

/** Measurements of a frame for the hints on the page. The server does not use them to judge the pictures. */
export interface GuideReading {
  /** Number of faces, without bystanders much smaller than the nearest. */
  readonly faces: number;
  readonly hint: Hint | null;
  /** True for exactly one face that is large, lit and still enough, in any pose. */
  readonly ready: boolean;
  /** True if the face would be too small in the sent picture for the server to judge movements. */
  readonly isTooSmall: boolean;
  readonly isTooBright: boolean;
  /** `null` between two poses, without exactly one face, and before the neutral pose is known. */
  readonly pose: GuidePose | null;
  readonly isHeld: boolean;
  readonly isBetween: boolean;
}

export class GuidanceUnavailable extends Error {
  override readonly name = 'GuidanceUnavailable';
}
