export const tamperKinds = [
  'edited',
  /** Lines are missing within the trail. */
  'deleted',
  'reordered',
  'inserted',
  /** Two records follow one: two writers, or an inserted line. */
  'forked',
  /** The chain is valid but differs from a signed head. */
  'rewritten',
  /** The end is missing: a signed head covers more. */
  'truncated',
] as const;
export type TamperKind = (typeof tamperKinds)[number];
