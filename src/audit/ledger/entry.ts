import { type AuditAction, logEntries, type PastDetail, type PersonChange } from '../../core/audit-events.js';
import type { EpochMs } from '../../core/units.js';
import type { LogLine } from './line.js';
import { lineIdOf } from './places.js';

export interface RecordedEvent<Action extends AuditAction> {
  readonly action: Action;
  readonly connection: string;
  readonly subject: string;
  readonly detail: PastDetail<Action>;
  readonly time: EpochMs;
  readonly sequence: number;
  readonly request: string | null;
}

export interface LedgerEntry {
  readonly line: LogLine;
  readonly changes: readonly PersonChange[];
  readonly time: EpochMs;
  /** Orders entries within the same millisecond. */
  readonly version: number;
}

/** Returns the user's id, or `null` for people without an account, because their ids contain addresses or names. */
const toSubject = (subject: string): string | null =>
  subject === '' || subject.startsWith('identifier:') ? null : subject;

/**
 * Converts an audit record to a log entry. Returns `null` if the log does not contain its action.
 * @param trail - name of the audit log's hash chain
 * @param network - shortened address of the caller, or `null` if unknown
 */
export function toEntry<Action extends AuditAction>(
  { action, connection, subject: given, detail, time, sequence, request }: RecordedEvent<Action>,
  trail: string,
  network: string | null,
): LedgerEntry | null {
  const convert = logEntries[action];
  if (convert === undefined) return null;
  const { changes = [], ...told } = convert(detail);
  const subject = toSubject(given);
  const untold = { code: null, reasons: [], application: null, hook: null, by: null, stepUpId: null, seconds: null };
  return {
    line: {
      id: lineIdOf(time, trail, sequence),
      ...{ connection, subject, action, requestId: request, network },
      ...untold,
      ...told,
    },
    changes: subject === null ? [] : changes,
    time,
    version: time * 1000 + (sequence % 1000),
  };
}
