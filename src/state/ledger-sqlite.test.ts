import { statSync } from 'node:fs';
import { join } from 'node:path';
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
