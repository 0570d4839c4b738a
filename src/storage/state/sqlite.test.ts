import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import { z } from 'zod';
import { useStateFolders } from '../../../support/run/state-folder.js';
import { runLedgerContract } from '../../../test/contract/ledger.js';
import { createManualClock, runStateContract } from '../../../test/contract/state.js';
import { addSec } from '../../core/units.js';
import { createSqliteLedger } from './ledger-sqlite.js';
import { createSqliteState, withDatabase } from './sqlite.js';

const { newFolder, openFor } = useStateFolders(() => ({ kind: 'sqlite' }));
const newLedgerFile = (): string => newFolder().files.ledger;

runStateContract('sqlite', (clock) =>
  openFor(clock, async ({ files }) => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${files.state}${end}`, { force: true });
  }),
);

runLedgerContract('sqlite', async () => {
  const file = newLedgerFile();
  return { ledger: await createSqliteLedger(file), reopen: async () => createSqliteLedger(file) };
});

test('both database files are readable only by their owner', async () => {
  const { files } = newFolder();
  const state = createSqliteState({ file: files.state, clock: createManualClock() });
  const ledger = await createSqliteLedger(files.ledger);
  await ledger.put([{ partition: 'p', sort: 'a', value: 'x', version: null, expiresAt: null }]);
  for (const file of [files.state, files.ledger]) expect(statSync(file).mode & 0o777).toBe(0o600);
  await Promise.all([state.close(), ledger.close()]);
});

test('after a second opening in this process, another process leaves the write-ahead log of the first one', async () => {
  const { files } = newFolder();
  const clock = createManualClock();
  const stores = [
    [files.state, async () => createSqliteState({ file: files.state, clock })],
    [files.ledger, () => createSqliteLedger(files.ledger)],
  ] as const;
  for (const [file, open] of stores) {
    const first = await open();
    // The doctor of a running server opens the store a second time.
    await (await open()).close();
    const script = `const database = new (require('libsql'))(${JSON.stringify(file)});
      database.prepare('select count(*) from sqlite_master').get(); database.close();`;
    execFileSync(process.execPath, ['--eval', script]);
    expect(existsSync(`${file}-wal`)).toBe(true);
    await first.close();
  }
});

test('expired rows are deleted in small batches: at most 100 per write', async () => {
  const { files } = newFolder();
  const clock = createManualClock();
  const state = createSqliteState({ file: files.state, clock });
  const end = addSec(clock.now(), 300);
  const keys = Array.from({ length: 2000 }, (_, index) => `left:${index}`);
  await Promise.all(
    keys.map((key) => state.write(key, 1, { when: 'absent', expiresAt: end, relaxedDurability: true })),
  );
  await Promise.all(keys.map((key) => state.add(`count:${key}`, 1, end)));
  clock.advanceSec(301);
  const database = new Database(files.state, { readonly: true });
  const counts = ['record', 'counter'].map((table) => database.prepare(`select count(*) as rows from ${table}`));
  const left = () => counts.map((count) => z.object({ rows: z.number() }).parse(count.get()).rows);
  const removed: number[] = [];
  let before = left();
  for (let writes = 0; writes < 2000; writes++) {
    await state.write('next', writes, { when: 'any', expiresAt: null, relaxedDurability: true });
    const after = left();
    removed.push(...after.map((rows, table) => (before[table] ?? 0) - rows));
    before = after;
  }
  expect(Math.max(...removed)).toBeLessThanOrEqual(100);
  expect(before).toEqual([1, 0]);
  database.close();
  await state.close();
});

test('after many changes, the write-ahead log is copied to the database while it is open', async () => {
  const { files } = newFolder();
  const state = createSqliteState({ file: files.state, clock: createManualClock() });
  const size = () => statSync(files.state).size;
  const before = size();
  const text = 'x'.repeat(200);
  await Promise.all(
    Array.from({ length: 1100 }, (_, index) =>
      state.write(`key:${index}`, text, { when: 'absent', expiresAt: null, relaxedDurability: true }),
    ),
  );
  while (size() <= before) await delay(5);
  await state.close();
});

test('after a batch of the ledger that another process locked out, later batches are written', async () => {
  const file = newLedgerFile();
  const ledger = await createSqliteLedger(file);
  const put = (sort: string) => ledger.put([{ partition: 'p', sort, value: sort, version: null, expiresAt: null }]);
  await put('a');
  const other = new Database(file);
  other.exec('begin immediate');
  const refused = expect(put('b')).rejects.toMatchObject({ code: 'state_unavailable', detail: { store: 'ledger' } });
  const read = ledger.range({ partition: 'p', after: '', before: '~' }, 10, 'oldest first');
  await refused;
  expect(await read).toEqual([{ sort: 'a', value: 'a' }]);
  other.exec('commit');
  other.close();
  await put('c');
  const after = await ledger.range({ partition: 'p', after: '', before: '~' }, 10, 'oldest first');
  expect(after.map(({ sort }) => sort)).toEqual(['a', 'c']);
  await ledger.close();
});

test('text with an unpaired surrogate can be read from the ledger', async () => {
  const ledger = await createSqliteLedger(':memory:');
  await ledger.put([{ partition: 'p', sort: 'a', value: 'x\ud800', version: null, expiresAt: null }]);
  expect(await ledger.get([{ partition: 'p', sort: 'a' }])).toEqual(['x\ufffd']);
  await ledger.close();
});

test('the error detail names the cause of a failure', async () => {
  const file = newFolder().files.state;
  const failing = (cause: string) => ({ code: 'state_unavailable', detail: { cause: expect.stringContaining(cause) } });
  const write = (to: string, limit = '') => withDatabase(to, (database) => database.exec(`${limit}create table a (x)`));
  await expect(write(`${file}/absent/state.db`)).rejects.toMatchObject(failing('cannot be opened'));
  await expect(write(file, 'create table b (x); pragma max_page_count = 2; ')).rejects.toMatchObject(
    failing('is full'),
  );
  writeFileSync(file, 'x'.repeat(5000));
  await expect(write(file)).rejects.toMatchObject(failing('damaged'));
});
