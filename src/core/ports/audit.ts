import type { AuditEvent } from '../audit-events.js';

export interface Audit {
  /**
   * Appends an event. Callers append the event before they make the change, so that every change has an audit entry.
   * Events about stored data or permissions are synced to disk before this returns, others within a second.
   * @throws `state_unavailable`
   */
  append(event: AuditEvent): Promise<void>;
  close(): Promise<void>;
}
