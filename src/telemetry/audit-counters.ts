import type { AuditSubscriber } from '../core/ports/audit.js';
import type { Metrics } from './metrics.js';

/** Counts audit records by connection. Records of unknown connections are counted as `other`. */
export const countAuditEvents =
  (metrics: Metrics, isConnection: (id: string) => boolean): AuditSubscriber =>
  ({ action, connection }) => {
    metrics.auditEvents.inc({ action, connection: isConnection(connection) ? connection : 'other' });
    if (action === 'store_replaced') metrics.stateReplaced.inc();
  };
