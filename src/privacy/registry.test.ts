import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { requireAccountedKeys } from '../../support/data/personal-data.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { projectRoot } from '../../support/run/paths.js';
import { personalData } from '../extensions/index.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { remainingData } from './registry.js';

const clock = createManualClock();
const state = createSqliteState({ file: ':memory:', clock });
afterAll(() => state.close());

const parts = ['token', ...personalData.map(({ part }) => part), ...remainingData.map(({ what }) => what)];

test('each kind of personal data is registered once', () => {
  expect(new Set(parts).size).toBe(parts.length);
});

test('the stores of the tests refuse a key that is not registered as personal data', async () => {
  const checked = requireAccountedKeys(state);
  const put = (key: string) => checked.write(key, true, { when: 'any', expiresAt: null });
  expect(await put('consent:work:anna')).toBe(true);
  expect(() => put('shoe-size:work:anna')).toThrow('shoe-size:work:anna');
  expect(() => checked.add('visits:work:anna', 1, clock.now())).toThrow('visits:work:anna');
});

test('docs/data-subjects.md lists exactly the kinds of data that a receipt names', () => {
  const page = readFileSync(join(projectRoot, 'docs/data-subjects.md'), 'utf8');
  const table = page.slice(page.indexOf('| what '), page.indexOf('\nNot held'));
  const named = table.split('\n').flatMap((row) => {
    const receipt = row.split('|').at(-2) ?? '';
    return [...receipt.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name);
  });
  // Neither is held by this service: the account at the provider, and copies of the store.
  const elsewhere = ['provider_account', 'backups'];
  expect(named.toSorted()).toEqual(parts.filter((part) => !elsewhere.includes(part)).toSorted());
});
