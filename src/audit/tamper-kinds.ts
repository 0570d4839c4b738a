/** What can be wrong with a trail. */
export const tamperKinds = [
  /** A line is not the one that was written. */
  'edited',
  /** Lines are missing, and others follow. */
  'deleted',
  'reordered',
  /** A line does not belong here. */
  'inserted',
  /** Two records follow one: two processes wrote, or a line was put in. */
  'forked',
  /** The chain is sound but not the one whose head was signed: it was rewritten. */
  'rewritten',
  /** The end is missing: a signed head says more. */
  'truncated',
] as const;
export type TamperKind = (typeof tamperKinds)[number];
