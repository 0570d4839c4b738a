import type { AuditEvent } from './audit-events.js';
import type { Audit } from './ports.js';

/** Is told of an event once it is recorded. Nobody waits for what it begins, and it never throws. */
export type AuditSubscriber = (event: AuditEvent) => void;

/** The audit trail, with those who are told of its events, in this order. */
export const withSubscribers = (audit: Audit, subscribers: readonly AuditSubscriber[]): Audit => ({
  async append(event) {
    await audit.append(event);
    for (const tell of subscribers) tell(event);
  },
  close: () => audit.close(),
});
