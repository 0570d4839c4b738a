import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { createFolder } from '../../../support/run/folder.js';
import { createManualClock } from '../../../test/contract/state.js';
import { auditEvents } from '../../app/audit-events.js';
import { rebuildLedger } from '../../audit/ledger/rebuild.js';
import type { AuditDetail, AuditEvent } from '../../core/audit-events.js';
import { fromIso } from '../../core/units.js';
import { createSqliteLedger } from '../../storage/state/ledger-sqlite.js';
import { reportHooks } from '../operations/hook-report.js';

const folder = createFolder('report');
let written: string[];
let files = 0;
const start = fromIso('2026-11-01T00:00:00Z');
let clock: ReturnType<typeof createManualClock>;

beforeEach(() => {
  written = [];
  clock = createManualClock(start);
});

const decided = (detail: AuditDetail<'hook_decided'>, subject = 'anna', connection = 'work'): AuditEvent => ({
  action: 'hook_decided',
  connection,
  subject,
  detail,
});

/** Writes the trail of another replica, an hour between two records. */
async function write(...events: readonly AuditEvent[]): Promise<void> {
  const file = join(folder, `audit-${++files}.jsonl`);
  written.push(file);
  await withAudit(createAuditDeps({ file, clock }), async (audit) => {
    for (const event of events) {
      await audit.append(event);
      clock.advanceSec(3600);
    }
  });
}

/** Reports as any replica does, after all of them have written the log of decisions. */
async function report(since: ReturnType<typeof fromIso> | null = null) {
  const ledger = await createSqliteLedger(':memory:');
  const deps = { ledger, clock, bounds: { days: 90, entries: 100_000 } };
  await rebuildLedger(written, { ...deps, auditEvents, pause: async () => {} });
  return reportHooks({ connection: 'work', since }, deps).finally(() => ledger.close());
}

const verified = { hook: 'token', outcome: 'verified', at: 1, stepUpId: 'x', liveness: null } as const;
const refused = { hook: 'token', outcome: 'refused', code: 'event_out_of_time', wouldHave: 'deny' } as const;
const shadowed = (wouldHave: 'deny' | 'omit_claim'): AuditDetail<'hook_decided'> => ({
  hook: 'token',
  outcome: 'unverified',
  fallback: 'pass',
  wouldHave,
});

test('the report counts by hook what each replica decided and what enforce mode had done, and for how many users', async () => {
  await write(
    decided(verified),
    decided(shadowed('deny')),
    decided(shadowed('deny')),
    decided(shadowed('deny'), 'berta'),
    decided(shadowed('omit_claim'), 'unenrolled'),
    decided(refused, ''),
  );
  await write(
    decided({ ...verified, hook: 'registration' }, 'berta'),
    decided({
      hook: 'registration',
      outcome: 'unverified',
      fallback: 'pass',
      reason: 'no_check_needed',
      rule: 'office',
    }),
    decided(verified, 'anna', 'other'),
  );
  expect(await report()).toEqual({
    hooks: [
      {
        hook: 'registration',
        decisions: 2,
        verified: 1,
        denied: 0,
        claimOmitted: 0,
        notNeeded: 1,
        wouldHave: { denied: 0, claimOmitted: 0, refused: {} },
        first: '2026-11-01T06:00:00.000Z',
        last: '2026-11-01T07:00:00.000Z',
      },
      {
        hook: 'token',
        decisions: 6,
        verified: 1,
        denied: 0,
        claimOmitted: 0,
        notNeeded: 0,
        wouldHave: { denied: 3, claimOmitted: 1, refused: { event_out_of_time: 1 } },
        first: '2026-11-01T00:00:00.000Z',
        last: '2026-11-01T05:00:00.000Z',
      },
    ],
    users: 3,
    // Anna's and Berta's last sign-ins were passed or needed no check.
    usersRefused: 1,
    since: '2026-11-01T00:00:00.000Z',
    replicasCounting: 0,
  });
});

test('a decision that was recorded later is counted on its own day, in any order of the records', async () => {
  const late = (decidedAt: string) => decided({ ...verified, decidedAt });
  await write(late('2026-10-31T23:00:00.000Z'), decided(verified), late('2026-10-31T22:00:00.000Z'));
  const times = { first: '2026-10-31T22:00:00.000Z', last: '2026-11-01T01:00:00.000Z' };
  expect(await report()).toMatchObject({ hooks: [{ decisions: 3, ...times }], since: '2026-10-31T00:00:00.000Z' });
  expect(await report(start)).toMatchObject({ hooks: [{ decisions: 1 }], since: '2026-11-01T00:00:00.000Z' });
});
