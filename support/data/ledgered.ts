import { auditEvents } from '../../src/app/audit-events.js';
import { rebuildLedger } from '../../src/audit/ledger/rebuild.js';
import { createLedgerRecorder } from '../../src/audit/ledger/recorder.js';
import type { AuditEvent } from '../../src/core/audit-events.js';
import type { LedgerDeps } from '../../src/core/ports/ledger-store.js';
import { addSec } from '../../src/core/units.js';
import { createTestJobs } from '../fakes/jobs.js';
import { createTextLog } from '../fakes/sinks.js';
import type { ApiServer } from '../servers/api-server.js';

export interface Noted {
  readonly event: AuditEvent;
  readonly hoursAgo: number;
  readonly request?: string;
  readonly userAgent?: string;
}

const network = '192.0.2.0/24';
const bounds = { days: 90, entries: 100_000 };

/** Adds the records of an audit trail to a ledger. */
export const fillFromTrail = (file: string, { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>) =>
  rebuildLedger([file], { auditEvents, ledger, clock, bounds, pause: async () => {} });

/** Creates what writes the records of an audit log into a ledger. */
export function createTestRecorder({ ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>) {
  const log = createTextLog();
  return createLedgerRecorder({
    auditEvents,
    ledger,
    bounds,
    clock,
    log,
    jobs: createTestJobs({ clock, log }),
    onLines: () => {},
  });
}

/** Writes records into a server's ledger, as the audit log's writer of a replica does. */
export async function fillLedger(server: ApiServer, records: readonly Noted[], trail = 'c'.repeat(32)): Promise<void> {
  const recorder = createTestRecorder(server.deps);
  const now = server.clock.now();
  for (const [sequence, { event, hoursAgo, request = null, userAgent = null }] of records.entries()) {
    const time = addSec(now, -hoursAgo * 3600);
    recorder.note({ ...event, sequence, time, request }, trail, { network, userAgent });
  }
  await recorder.flush();
  await recorder.stop();
}

export const enrolledAt = (connection: string, subject: string): AuditEvent => ({
  action: 'enrolled',
  connection,
  subject,
  detail: {
    tokenId: 't',
    keyVersion: 1,
    photos: 3,
    kind: 'enrolment' as const,
    expiresAt: null,
    former: null,
    formerExpiresAt: null,
  },
});
