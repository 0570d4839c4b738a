import type { Hint } from '../../../src/core/hints.js';

/** Direction of the head. Left and right are the person's own. */
export type GuidePose = 'centre' | 'left' | 'right' | 'up' | 'down';

/** What the guide sees in a frame. The guide only helps the user: the server judges the pictures by itself. */
export interface Look {
  /** Number of faces. Bystanders whose faces are much smaller than the largest are not counted. */
  readonly faces: number;
  readonly hint: Hint | null;
  /** True if there is exactly one face, and it is large, lit and still enough. The pose does not matter. */
  readonly ready: boolean;
  /** True if the face would be too small in the sent picture for the server to judge movements. */
  readonly isTooSmall: boolean;
  readonly isTooBright: boolean;
  /**
   * Pose of the head; `null` between two poses, unless there is exactly one face, and before the neutral pose is known.
   */
  readonly pose: GuidePose | null;
  readonly isHeld: boolean;
  readonly isBetween: boolean;
}
