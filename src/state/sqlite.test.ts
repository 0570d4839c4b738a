import { rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { createManualClock, runStateContract } from '../../test/contract/state.js';
import { createStateFolder, type StateFolder } from '../../test/state-folder.js';
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

test('the file is readable by its owner alone', () => {
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
