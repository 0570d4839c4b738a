import type { Hint } from '../../../src/core/hints.js';

/** Where a head is turned, from the person's own point of view on the unmirrored picture. */
export type GuidePose = 'centre' | 'left' | 'right' | 'up' | 'down';

/** What one look at the camera's picture tells. Nobody but the person sees it: the server judges for itself. */
export interface Look {
  /** Faces that count: bystanders much smaller than the nearest do not. */
  readonly faces: number;
  /** What would help; `null`: the picture is as it should be. */
  readonly hint: Hint | null;
  /** Whether a frame taken now has one face, large, lit and still enough. It says nothing of the pose. */
  readonly ready: boolean;
  /** Whether the one face is too small, in the frame that would be sent, for the server to judge its movements. */
  readonly isTooSmall: boolean;
  /** Whether it is too bright around the person for the light of a screen to be seen on them. */
  readonly isTooBright: boolean;
  /** `null` between two poses, where there is not exactly one face, and until the neutral of this face is known. */
  readonly pose: GuidePose | null;
  /** Whether the head has come to rest since the last look. */
  readonly isHeld: boolean;
  /** Whether the head stands still between two poses: turned, and not so far that the turn has its name. */
  readonly isBetween: boolean;
}
