import type { Audit } from '../core/ports.js';
import type { Metrics } from './metrics.js';

/**
 * Counts what was written to the audit trail. A record may be about what is no connection, such as the tenant that a client
 * token is for: those are counted as `other`.
 * @param isConnection - whether that is the id of a configured one, now
 */
export const createObservedAudit = (audit: Audit, metrics: Metrics, isConnection: (id: string) => boolean): Audit => ({
  ...audit,
  async append(event) {
    await audit.append(event);
    const { action, connection } = event;
    metrics.auditEvents.inc({ action, connection: isConnection(connection) ? connection : 'other' });
    if (action === 'store_replaced') metrics.stateReplaced.inc();
  },
});
