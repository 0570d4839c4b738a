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
  /**
   * The end of the log is missing: a signed head (statement about the log's end) covers more records than the log has.
   */
  'truncated',
] as const;
export type TamperKind = (typeof tamperKinds)[number];
