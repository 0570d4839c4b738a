/** What would help, one thing at a time. `none`: the picture is as it should be. */
export type GuideHint =
  | 'none'
  | 'closer'
  | 'farther'
  | 'centre'
  | 'more_light'
  | 'less_light'
  | 'glare'
  | 'one_face'
  | 'hold_still';

/** Where a head is turned, from the person's own point of view on the unmirrored picture. */
export type GuidePose = 'centre' | 'left' | 'right' | 'up' | 'down';

/** What one look at the camera's picture tells. Nobody but the person sees it: the server judges for itself. */
export interface Look {
  /** Faces that count: bystanders much smaller than the nearest do not. */
  readonly faces: number;
  readonly hint: GuideHint;
  /** Whether a frame taken now has one face, large, lit and still enough. It says nothing of the pose. */
  readonly ready: boolean;
  /** `null` between two poses, where there is not exactly one face, and until the neutral of this face is known. */
  readonly pose: GuidePose | null;
}
