import type { LineOutcome, LoggedAction } from '../../../src/core/ledger/line.js';
import type { FaceErrorCode } from '../../../src/errors.js';

export type ActionWords = Readonly<Record<LoggedAction, string | Readonly<Partial<Record<LineOutcome, string>>>>>;

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
