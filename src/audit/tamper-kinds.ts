export const tamperKinds = [
  'edited',
  /** Lines are missing within the trail. */
  'deleted',
  'reordered',
  'inserted',
  /** Two writers, or an inserted line. */
  'forked',
  /** Differs from a signed head. */
  'rewritten',
  /** A signed head covers more. */
  'truncated',
] as const;
export type TamperKind = (typeof tamperKinds)[number];
