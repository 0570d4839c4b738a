import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { createFolder } from '../../../support/run/folder.js';
import { createManualClock } from '../../../test/contract/state.js';
import type { AuditDetail, AuditEvent } from '../../core/audit-events.js';
import { fromIso } from '../../core/units.js';
import { reportHooks } from '../operations/hook-report.js';

const folder = createFolder('report');
let file: string;
let files = 0;
const start = fromIso('2026-11-01T00:00:00Z');
let clock: ReturnType<typeof createManualClock>;

beforeEach(() => {
  file = join(folder, `audit-${++files}.jsonl`);
  clock = createManualClock(start);
});

const decided = (detail: AuditDetail<'hook_decided'>, subject = 'anna', connection = 'work'): AuditEvent => ({
  action: 'hook_decided',
  connection,
  subject,
  detail,
});

/** Writes a real trail, an hour between two records. */
async function write(...events: readonly AuditEvent[]): Promise<void> {
  await withAudit(createAuditDeps({ file, clock }), async (audit) => {
    for (const event of events) {
      await audit.append(event);
      clock.advanceSec(3600);
    }
  });
}

const report = (since = null as ReturnType<typeof fromIso> | null) => reportHooks(file, { connection: 'work', since });

const verified = { hook: 'token', outcome: 'verified', at: 1, stepUpId: 'x', liveness: null } as const;
const refused = { hook: 'token', outcome: 'refused', code: 'event_out_of_time', wouldHave: 'deny' } as const;
const shadowed = (wouldHave: 'deny' | 'omit_claim'): AuditDetail<'hook_decided'> => ({
  hook: 'token',
  outcome: 'unverified',
  fallback: 'pass',
  wouldHave,
});

/** A line as the trail has it, with another detail or time than can be appended. */
const lineOf = (detail: object, time = '2026-11-02T00:00:00.000Z'): string =>
  JSON.stringify({ sequence: 2, time, previous: '', ...decided(verified), detail });

describe('the report counts', () => {
  test('per hook what shadow mode would have done, and for how many users', async () => {
    await write(
      decided(verified),
      decided(shadowed('deny')),
      decided(shadowed('deny')),
      decided(shadowed('deny'), 'berta'),
      decided(shadowed('omit_claim'), 'unenrolled'),
      decided(refused, ''),
      decided({ ...verified, hook: 'registration' }, 'berta'),
      decided({
        hook: 'registration',
        outcome: 'unverified',
        fallback: 'pass',
        reason: 'no_check_needed',
        rule: 'office',
      }),
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
          subjectsAffected: 0,
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
          subjectsAffected: 3,
          first: '2026-11-01T00:00:00.000Z',
          last: '2026-11-01T05:00:00.000Z',
        },
      ],
      unreadableLines: 0,
    });
  });
});

describe('a damaged trail', () => {
  test('an unfinished last line is counted only once it is complete', async () => {
    await write(decided(verified));
    const line = lineOf(verified);
    appendFileSync(file, line.slice(0, -20));
    expect(await report()).toMatchObject({ hooks: [{ decisions: 1 }], unreadableLines: 1 });
    appendFileSync(file, `${line.slice(-20)}\n`);
    expect(await report()).toMatchObject({ hooks: [{ decisions: 2 }], unreadableLines: 0 });
  });

  test('a decision that was recorded later at its own time, in any order of the records', async () => {
    const late = (decidedAt: string) => decided({ ...verified, decidedAt });
    await write(late('2026-10-31T23:00:00.000Z'), decided(verified), late('2026-10-31T22:00:00.000Z'));
    const times = { first: '2026-10-31T22:00:00.000Z', last: '2026-11-01T01:00:00.000Z' };
    expect(await report()).toMatchObject({ hooks: [{ decisions: 3, ...times }] });
    expect(await report(start)).toMatchObject({ hooks: [{ decisions: 1 }] });
    expect(await report(fromIso('2026-10-31T22:30:00Z'))).toMatchObject({ hooks: [{ decisions: 2 }] });
  });

  test.each([
    ['{"action":"hook_decided"', 'not JSON'],
    [lineOf(verified, 'yesterday'), 'invalid time'],
    [lineOf({ ...verified, outcome: 'guessed' }), 'unknown outcome'],
  ])('%s (%s) is counted as unreadable', async (line) => {
    writeFileSync(file, `${line}\n`);
    expect(await report()).toEqual({ hooks: [], unreadableLines: 1 });
  });
});
