import type { AuditEvent } from '../audit-events.js';

export interface Audit {
  /**
   * Settles once what is held of people, or who may do what, is on the disk; other events may follow within a second.
   * @throws FaceError `state_unavailable`
   */
  append(event: AuditEvent): Promise<void>;
  /** Puts everything on the disk; nothing is appended after it. */
  close(): Promise<void>;
}
