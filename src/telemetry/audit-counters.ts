import type { AuditSubscriber } from '../core/audit-subscribers.js';
import type { Metrics } from './metrics.js';

/**
 * Counts what is written to the audit trail. A record may be about what is no connection, such as the tenant that a client
 * token is for: those are counted as `other`.
 * @param isConnection - whether that is the id of a configured one, now
 */
export const countAuditEvents =
  (metrics: Metrics, isConnection: (id: string) => boolean): AuditSubscriber =>
  ({ action, connection }) => {
    metrics.auditEvents.inc({ action, connection: isConnection(connection) ? connection : 'other' });
    if (action === 'store_replaced') metrics.stateReplaced.inc();
  };
