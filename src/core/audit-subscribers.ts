import type { AuditEvent } from './audit-events.js';
import type { Audit } from './ports.js';

/** Handles an event after it is recorded. Never throws; no caller awaits the work it starts. */
export type AuditSubscriber = (event: AuditEvent) => void;

/** Adds subscribers to an audit trail; they are called in this order. */
export const withSubscribers = (audit: Audit, subscribers: readonly AuditSubscriber[]): Audit => ({
  async append(event) {
    await audit.append(event);
    for (const tell of subscribers) tell(event);
  },
  close: () => audit.close(),
});
