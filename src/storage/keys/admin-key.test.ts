import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemRandom as random } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { Credential } from '../../core/secrets.js';
import { loadAdminKey, storeAdminKey } from './admin-key.js';

const folder = createFolder('admin');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('the first start creates a key, shows it once and stores only its digest', async () => {
  const file = join(folder, 'first');
  const made = await loadAdminKey({ given: null, file, random });
  const { digest, fresh } = made;
  const text = fresh!.use((key) => key);
  expect(text).toMatch(/^fsa_[\w-]{43}$/);
  expect(Buffer.from(digest).toString('hex')).toBe(sha256(text));
  await storeAdminKey(made, { file, random });
  expect(readFileSync(file, 'utf8')).not.toContain(text);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const again = await loadAdminKey({ given: null, file, random });
  expect(again.fresh).toBeNull();
  expect(Buffer.from(again.digest)).toEqual(Buffer.from(digest));
});

test('a start that fails before the key was shown stores no key, and the next start creates one', async () => {
  const file = join(folder, 'failed');
  await loadAdminKey({ given: null, file, random });
  expect(existsSync(file)).toBe(false);
  expect((await loadAdminKey({ given: null, file, random })).fresh).not.toBeNull();
});

test('of two concurrent first starts, one stores its key and the other fails', async () => {
  const file = join(folder, 'both');
  const keys = await Promise.all([1, 2].map(() => loadAdminKey({ given: null, file, random })));
  const stored = await Promise.allSettled(keys.map((key) => storeAdminKey(key, { file, random })));
  expect(stored.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('a configured key is used and not written to a file', async () => {
  const file = join(folder, 'given');
  const { digest, fresh } = await loadAdminKey({ given: new Credential('chosen'), file, random });
  expect(fresh).toBeNull();
  expect(Buffer.from(digest).toString('hex')).toBe(sha256('chosen'));
  expect(() => readFileSync(file)).toThrow();
});
