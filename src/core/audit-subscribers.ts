import type { AuditEvent } from './audit-events.js';
import type { Audit } from './ports.js';

/** Handles a recorded event. Never throws; no caller awaits the work it starts. */
export type AuditSubscriber = (event: AuditEvent) => void;

/** Adds subscribers, called in this order. */
export const withSubscribers = (audit: Audit, subscribers: readonly AuditSubscriber[]): Audit => ({
  async append(event) {
    await audit.append(event);
    for (const tell of subscribers) tell(event);
  },
  close: () => audit.close(),
});
