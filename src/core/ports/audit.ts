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

/** Handles a recorded event. It must not throw, and no caller awaits the work it starts. */
export type AuditSubscriber = (event: AuditEvent) => void;

/** Returns an audit log that calls the subscribers, in this order, after each recorded event. */
export const withSubscribers = (audit: Audit, subscribers: readonly AuditSubscriber[]): Audit => ({
  async append(event) {
    await audit.append(event);
    for (const notify of subscribers) notify(event);
  },
  close: () => audit.close(),
});
