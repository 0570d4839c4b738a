import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { createFolder } from '../../../support/run/folder.js';
import { createManualClock } from '../../../test/contract/state.js';
import { auditEvents } from '../../app/audit-events.js';
import type { AuditDetail, AuditEvent } from '../../core/audit-events.js';
import { type EpochMs, epochMs, fromIso, toIso } from '../../core/units.js';
import { createSqliteLedger } from '../../storage/state/ledger-sqlite.js';
import { rebuildLedger } from './rebuild.js';
import { countDays, countPeople, listRefused, readFirstDay } from './sign-ins.js';

const folder = createFolder('sign-ins');
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

/** Counts as any replica does, after all of them have written the log of decisions. */
async function count(since: EpochMs = epochMs(0)) {
  const ledger = await createSqliteLedger(':memory:');
  const deps = { ledger, clock, bounds: { days: 90, entries: 100_000 } };
  await rebuildLedger(written, { ...deps, auditEvents, pause: async () => {} });
  const { from } = await readFirstDay(since, deps);
  const period = { connection: 'work', from };
  const decisions = (await countDays(period, deps)).flatMap((day) => day.decisions);
  const users = await countPeople(period, deps);
  const refused = await listRefused({ ...period, mode: 'shadow' }, deps);
  await ledger.close();
  return { since: toIso(from), decisions, users, refused: refused.map(({ subject }) => subject) };
}

const verified = { hook: 'token', outcome: 'verified', at: 1, stepUpId: 'x', liveness: null } as const;
const refused = { hook: 'token', outcome: 'refused', code: 'event_out_of_time', wouldHave: 'deny' } as const;
const shadowed = (wouldHave: 'deny' | 'omit_claim'): AuditDetail<'hook_decided'> => ({
  hook: 'token',
  outcome: 'unverified',
  fallback: 'pass',
  wouldHave,
});

test('the decisions of all replicas are counted by hook and kind, and users by their last sign-in', async () => {
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
  const { decisions, ...found } = await count();
  expect(decisions.map(({ hook, decision, code, count: all }) => [hook, decision, code, all])).toEqual(
    expect.arrayContaining([
      ['registration', 'notNeeded', '', 1],
      ['registration', 'verified', '', 1],
      ['token', 'deny', '', 3],
      ['token', 'omit_claim', '', 1],
      ['token', 'undecided', 'event_out_of_time', 1],
      ['token', 'verified', '', 1],
    ]),
  );
  // Anna's and Berta's last sign-ins were passed or needed no check.
  expect(found).toEqual({ since: '2026-11-01T00:00:00.000Z', users: 3, refused: ['unenrolled'] });
});

test('a decision that was recorded later is counted on its own day, in any order of the records', async () => {
  const late = (decidedAt: string) => decided({ ...verified, decidedAt });
  await write(late('2026-10-31T23:00:00.000Z'), decided(verified), late('2026-10-31T22:00:00.000Z'));
  const counted = (await count()).decisions.map((each) => [toIso(each.first), toIso(each.last), each.count]);
  expect(counted).toEqual([
    ['2026-10-31T22:00:00.000Z', '2026-10-31T23:00:00.000Z', 2],
    ['2026-11-01T01:00:00.000Z', '2026-11-01T01:00:00.000Z', 1],
  ]);
  expect(await count(start)).toMatchObject({ since: '2026-11-01T00:00:00.000Z', decisions: [{ count: 1 }] });
});
