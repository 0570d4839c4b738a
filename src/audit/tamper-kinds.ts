export const tamperKinds = [
  'edited',
  /** Lines are missing in the middle of the audit log. */
  'deleted',
  'reordered',
  'inserted',
  /** Two records have the same predecessor: a second process wrote, or a line was inserted. */
  'forked',
  /** The chain itself is valid but contradicts a signed head. */
  'rewritten',
  /** The end is missing: a signed head covers more records. */
  'truncated',
] as const;
export type TamperKind = (typeof tamperKinds)[number];
