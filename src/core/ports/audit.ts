import type { AuditEvent } from '../audit-events.js';

export interface Audit {
  /**
   * Appends an event. Events about stored data or permissions are synced to disk; others within a second.
   * @throws `state_unavailable`
   */
  append(event: AuditEvent): Promise<void>;
  /** Syncs everything to disk and closes the trail. */
  close(): Promise<void>;
}
