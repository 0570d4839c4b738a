import type { LineOutcome, LoggedAction } from '../../../src/core/ledger/line.js';
import type { FaceErrorCode } from '../../../src/errors.js';

/** What happened, in words: every action has some, by its outcome where it has more than one. */
export type ActionWords = Readonly<Record<LoggedAction, string | Readonly<Partial<Record<LineOutcome, string>>>>>;

/** Why: codes of refusals, and those that only the log has. */
export type CodeWords = Readonly<
  Partial<
    Record<
      | FaceErrorCode
      | 'not_enrolled'
      | 'no_check'
      | 'check_used'
      | 'other_application'
      | 'other_address'
      | 'not_asked_for'
      | 'wrong_number'
      | 'another_way',
      string
    >
  >
>;
