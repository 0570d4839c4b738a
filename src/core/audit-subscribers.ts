import type { AuditEvent } from './audit-events.js';
import type { Audit } from './ports.js';

/** Handles a recorded event. It must not throw, and no caller awaits the work it starts. */
export type AuditSubscriber = (event: AuditEvent) => void;

/** Returns an audit log that calls the subscribers, in this order, after each recorded event. */
export const withSubscribers = (audit: Audit, subscribers: readonly AuditSubscriber[]): Audit => ({
  async append(event) {
    await audit.append(event);
    for (const tell of subscribers) tell(event);
  },
  close: () => audit.close(),
});
