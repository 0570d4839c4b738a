import { rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import Database from 'libsql';
import { z } from 'zod';
import { createManualClock, runStateContract } from '../../test/contract/state.js';
import { createStateFolder, type StateFolder } from '../../test/state-folder.js';
import { addSec } from '../core/units.js';
import { createSqliteState } from './sqlite.js';

const folders: StateFolder[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});
const newFolder = (): StateFolder => {
  const folder = createStateFolder();
  folders.push(folder);
  return folder;
};

runStateContract('sqlite', async (clock) => {
  const folder = newFolder();
  const open = () => folder.open({ kind: 'sqlite' }, clock);
  return {
    state: await open(),
    reopen: open,
    async lose() {
      for (const end of ['', '-wal', '-shm']) rmSync(`${folder.files.state}${end}`, { force: true });
    },
  };
});

test('the file is readable only by its owner', () => {
  const { files } = newFolder();
  createSqliteState({ file: files.state, clock: createManualClock() });
  expect(statSync(files.state).mode & 0o777).toBe(0o600);
});

test('a file that is no database is state_unavailable', () => {
  const { files } = newFolder();
  writeFileSync(
    files.state,
    'not a database, but long enough to be mistaken for the header of one, perhaps, or not at all',
  );
  expect(() => createSqliteState({ file: files.state, clock: createManualClock() })).toThrow(
    expect.objectContaining({ code: 'state_unavailable' }),
  );
});

test('what a busy hour left is removed a little at a time: whoever writes next does not wait for all of it', async () => {
  const { files } = newFolder();
  const clock = createManualClock();
  const state = createSqliteState({ file: files.state, clock });
  const end = addSec(clock.now(), 300);
  const keys = Array.from({ length: 2000 }, (_, index) => `left:${index}`);
  await Promise.all(keys.map((key) => state.write(key, 1, { when: 'absent', expiresAt: end, mayBeLost: true })));
  await Promise.all(keys.map((key) => state.add(`count:${key}`, 1, end)));
  clock.advanceSec(301);
  const database = new Database(files.state, { readonly: true });
  const counts = ['record', 'counter'].map((table) => database.prepare(`select count(*) as rows from ${table}`));
  const left = () => counts.map((count) => z.object({ rows: z.number() }).parse(count.get()).rows);
  const removed: number[] = [];
  let before = left();
  for (let writes = 0; writes < 2000; writes++) {
    await state.write('next', writes, { when: 'any', expiresAt: null, mayBeLost: true });
    const after = left();
    removed.push(...after.map((rows, table) => (before[table] ?? 0) - rows));
    before = after;
  }
  expect(Math.max(...removed)).toBeLessThanOrEqual(100);
  expect(before).toEqual([1, 0]);
  database.close();
  await state.close();
});
