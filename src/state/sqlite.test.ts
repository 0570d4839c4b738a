import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createManualClock, runStateContract } from '../../test/contract/state.js';
import { createSqliteState } from './sqlite.js';

const folder = mkdtempSync(join(tmpdir(), 'facestep-state-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `${++files}.db`);

runStateContract('sqlite', async (clock) => {
  const file = newFile();
  const open = () => createSqliteState({ file, clock });
  return { state: open(), reopen: async () => open() };
});

test('the file is readable by its owner alone', () => {
  const file = newFile();
  createSqliteState({ file, clock: createManualClock() });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a file that is no database is state_unavailable', () => {
  const file = newFile();
  writeFileSync(file, 'not a database, but long enough to be mistaken for the header of one, perhaps, or not at all');
  expect(() => createSqliteState({ file, clock: createManualClock() })).toThrow(
    expect.objectContaining({ code: 'state_unavailable' }),
  );
});
