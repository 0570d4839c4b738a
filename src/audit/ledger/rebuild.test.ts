import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runCli } from '../../../examples/demo/run-command.js';
import { createAuditDeps, tokenChange } from '../../../support/benches/audit.js';
import { createTestRecorder } from '../../../support/data/ledgered.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createFolder } from '../../../support/run/folder.js';
import { auditEvents } from '../../app/audit-events.js';
import type { LedgerStore } from '../../core/ports.js';
import { secondsPerDay } from '../../core/units.js';
import { createSqliteLedger } from '../../storage/state/ledger-sqlite.js';
import { createFileAudit } from '../file.js';
import { listLines } from './log.js';
import { countByConnection, listPeople } from './people.js';
import { prune } from './prune.js';
import { rebuildLedger } from './rebuild.js';
import { countEarlier, readFirstDay } from './sign-ins.js';

const bounds = { days: 90, entries: 10_000 };
const pause = async (): Promise<void> => {};

/** Two servers on one store that did what servers do, each with its trail. */
async function runServers() {
  const clock = createManualClock(Date.now() - 86_400_000);
  const folder = createFolder('rebuild');
  const live = await createSqliteLedger(':memory:');
  const recorder = createTestRecorder({ ledger: live, clock });
  const onRecord: Parameters<typeof createFileAudit>[0]['onRecord'] = (record, chain) =>
    recorder.note(record, chain, { network: '192.0.2.0/24', userAgent: null });
  const trails = [];
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, name), { mode: 0o700 });
    const file = join(folder, name, 'audit.jsonl');
    trails.push(await createFileAudit({ ...createAuditDeps({ file, clock }), onRecord }));
  }
  const [one, two] = trails;
  if (one === undefined || two === undefined) throw new Error('no trail');
  const of = (subject: string) => ({ connection: 'acme', subject });
  for (const subject of ['anna', 'berta', 'cleo', 'dora']) {
    clock.advanceSec(1);
    await one.append({ action: 'enrolled', ...of(subject), detail: tokenChange(subject) });
    clock.advanceSec(1);
    await two.append({ action: 'verified', ...of(subject), detail: { tokenId: subject } });
  }
  clock.advanceSec(1);
  await two.append({ action: 'consent_withdrawn', ...of('berta'), detail: { tokenId: 'berta' } });
  clock.advanceSec(1);
  await one.append({ action: 'subject_erased', ...of('cleo'), detail: { receiptId: 'r', tokenId: null, by: 'owner' } });
  await one.append({ action: 'subject_erased', ...of('dora'), detail: { receiptId: 'r', tokenId: null, by: 'owner' } });
  clock.advanceSec(1);
  await two.append({ action: 'enrolled', ...of('dora'), detail: tokenChange('again') });
  await recorder.flush();
  for (const trail of trails) await trail.close();
  await recorder.stop();
  return { clock, folder, live, files: trails.map(({ file }) => file) };
}

/** All that is shown of a ledger. */
async function show(ledger: LedgerStore, clock: ReturnType<typeof createManualClock>) {
  const page = { cursor: null, limit: 1000 };
  const times = { since: null, before: null, checkedSince: null, checkedBefore: null };
  const list = async (status: 'enrolled' | 'ended') =>
    (await listPeople({ connections: ['acme'], status, ...times }, page, { ledger, clock })).items;
  return {
    lines: (await listLines({}, page, { ledger })).items,
    enrolled: await list('enrolled'),
    ended: await list('ended'),
    counts: await countByConnection(['acme'], { ledger, clock }),
  };
}

test('a ledger rebuilt from the trails equals the written one except for networks, also when rebuilt twice', async () => {
  const { clock, files, live } = await runServers();
  const written = await show(live, clock);
  expect(written.lines.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    'enrolled dora',
    'subject_erased dora',
    'subject_erased cleo',
    'consent_withdrawn berta',
    'verified berta',
    'enrolled berta',
    'verified anna',
    'enrolled anna',
  ]);
  const ledger = await createSqliteLedger(':memory:');
  const deps = { auditEvents, ledger, bounds, clock, pause };
  expect(await rebuildLedger(files, deps)).toEqual({ lines: 8, omitted: 4, unreadable: 0 });
  const rebuilt = await show(ledger, clock);
  expect(rebuilt).toEqual({ ...written, lines: written.lines.map((line) => ({ ...line, network: null })) });
  await rebuildLedger(files.toReversed(), deps);
  expect(await show(ledger, clock)).toEqual(rebuilt);
});

test('facestep ledger rebuild reads the given trails and reports unreadable lines', async () => {
  const { folder } = await runServers();
  const env = { FACESTEP_DATA: join(folder, 'one'), FACESTEP_CONFIG: '' };
  const rebuild = () =>
    runCli(['ledger', 'rebuild', '--trail', join(folder, 'one'), '--trail', join(folder, 'two')], env);
  const told = 'Rebuilt: 8 lines, of 2 trails\nLeft out: 4 records, too old or of people who were erased\n';
  expect(await rebuild()).toMatchObject({ code: 0, stdout: told });
  appendFileSync(join(folder, 'one', 'audit.jsonl'), '{"action":"verified", cut off\n');
  expect(await rebuild()).toMatchObject({
    code: 1,
    stdout: told,
    stderr: 'facestep: lines of the trails that cannot be read: 1. facestep audit verify finds out why.\n',
  });
});

test('a replica that ends while it counts is no longer missed after the days that the log keeps', async () => {
  const clock = createManualClock(Date.now());
  const ledger = await createSqliteLedger(':memory:');
  const deps = { ledger, bounds, clock };
  await expect(countEarlier({ chain: 'gone' }, () => Promise.reject(new Error('ended')), deps)).rejects.toThrow();
  await prune({ ...deps, counted: new Map(), pause });
  expect((await readFirstDay(clock.now(), deps)).replicasCounting).toBe(1);
  clock.advanceSec(91 * secondsPerDay);
  await prune({ ...deps, counted: new Map(), pause });
  expect((await readFirstDay(clock.now(), deps)).replicasCounting).toBe(0);
});
