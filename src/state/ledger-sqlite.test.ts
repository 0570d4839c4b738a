import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { runLedgerContract } from '../../test/contract/ledger.js';
import { createFolder } from '../../test/folder.js';
import { createSqliteLedger } from './ledger-sqlite.js';

const newFile = (): string => join(createFolder('ledger'), 'ledger.db');

runLedgerContract('sqlite', async () => {
  const file = newFile();
  return { ledger: createSqliteLedger(file), reopen: async () => createSqliteLedger(file) };
});

test('its file is readable by its owner alone', async () => {
  const file = newFile();
  const ledger = createSqliteLedger(file);
  await ledger.put([{ partition: 'p', sort: 'a', value: 'x', version: null, expiresAt: null }]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await ledger.close();
});

test('others get their turn while many rows are counted', async () => {
  const ledger = createSqliteLedger(newFile());
  const rows = Array.from({ length: 25_000 }, (_, index) => ({
    ...{ partition: 'p', sort: String(index).padStart(6, '0'), value: 'x', version: null, expiresAt: null },
  }));
  await ledger.put(rows);
  let counted: number | null = null;
  void ledger.count({ partition: 'p', after: '', before: '~' }).then((count) => {
    counted = count;
  });
  let turns = 0;
  for (; counted === null; turns++) await setImmediate();
  expect(counted).toBe(25_000);
  expect(turns).toBeGreaterThanOrEqual(3);
  await ledger.close();
});
