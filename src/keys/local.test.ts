import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runKeysContract } from '../../test/contract/keys.js';
import { toCode } from '../errors.js';
import { createLocalKeys, type LocalKeys } from './local.js';

const random = (bytes: number): Uint8Array => randomBytes(bytes);

runKeysContract('local file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-keys-'));
  const file = join(folder, 'keys.json');
  const keys = await createLocalKeys({ file, random });
  return {
    keys,
    rotate: () => keys.rotate(),
    retire: (version) => keys.retire(version),
    restart: () => createLocalKeys({ file, random }),
    close: () => rm(folder, { recursive: true }),
  };
});

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facestep-keys-'));
  file = join(folder, 'keys.json');
});
afterEach(() => rm(folder, { recursive: true }));

const start = (): Promise<LocalKeys> => createLocalKeys({ file, random });
const hex = async (keys: LocalKeys, version: number): Promise<string> =>
  (await keys.mac(version, new Uint8Array(3))).use((bytes) => Buffer.from(bytes).toString('hex'));
const stored = async (): Promise<{ current: number; keys: { version: number; key: string }[] }> =>
  JSON.parse(await readFile(file, 'utf8'));

test.each([0o640, 0o604, 0o660, 0o644])('refuses a file of mode %o', async (mode) => {
  await start();
  await chmod(file, mode);
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
});

const key = Buffer.alloc(32, 7).toString('base64url');
test.each([
  ['nothing', ''],
  ['half a file', '{"format":"facestep-keys-1","current":1,"keys":[{"ver'],
  ['another format', { format: 'facestep-keys-2', current: 1, keys: [{ version: 1, key }] }],
  ['no current key', { format: 'facestep-keys-1', current: 2, keys: [{ version: 1, key }] }],
  ['a short key', { format: 'facestep-keys-1', current: 1, keys: [{ version: 1, key: key.slice(4) }] }],
  ['a version twice', { format: 'facestep-keys-1', current: 1, keys: [1, 1].map((version) => ({ version, key })) }],
  ['a version over 16 bits', { format: 'facestep-keys-1', current: 65_536, keys: [{ version: 65_536, key }] }],
  ['a version to come', { format: 'facestep-keys-1', current: 1, keys: [1, 2].map((version) => ({ version, key })) }],
  ['an unknown field', { format: 'facestep-keys-1', current: 1, keys: [{ version: 1, key, note: '' }] }],
])('refuses %s without quoting it and without touching it', async (_name, content) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(file, text, { mode: 0o600 });
  const error: unknown = await start().catch((refusal: unknown) => refusal);
  expect(toCode(error)).toBe('config_invalid');
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(key.slice(4));
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('refuses a folder that does not exist', async () => {
  file = join(folder, 'missing', 'keys.json');
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
});

test('the file is for its owner alone, and nothing else is left in the folder', async () => {
  const keys = await start();
  await keys.rotate();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['keys.json']);
});

test('starts at the same time agree on one key', async () => {
  const started = await Promise.all(Array.from({ length: 8 }, start));
  const macs = await Promise.all(started.map((keys) => hex(keys, 1)));
  expect(new Set(macs).size).toBe(1);
  expect(await readdir(folder)).toEqual(['keys.json']);
});

test('retiring removes the bytes of the key, also from what a crash left beside the file', async () => {
  const keys = await start();
  const [first] = (await stored()).keys;
  const draft = `${file}.0123456789abcdef.new`;
  await writeFile(draft, await readFile(file), { mode: 0o600 });
  await keys.rotate();
  await keys.retire(1);
  expect(await readFile(file, 'utf8')).not.toContain(first!.key);
  expect(await readdir(folder)).toEqual(['keys.json']);
  await expect(keys.retire(1)).rejects.toMatchObject({ code: 'token_key_retired' });
});

test('changes at the same time are all kept', async () => {
  const keys = await start();
  expect(await Promise.all(Array.from({ length: 5 }, () => keys.rotate()))).toEqual([2, 3, 4, 5, 6]);
  expect((await stored()).keys.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a change keeps what another process added', async () => {
  const [mine, theirs] = [await start(), await start()];
  await theirs.rotate();
  expect(await mine.rotate()).toBe(3);
  expect(await hex(mine, 2)).toBe(await hex(theirs, 2));
});

test('a change that cannot be written changes nothing', async () => {
  const keys = await start();
  await rm(file);
  await rm(folder, { recursive: true });
  await expect(keys.rotate()).rejects.toThrow();
  expect(await keys.currentVersion()).toBe(1);
  folder = await mkdtemp(join(tmpdir(), 'facestep-keys-'));
});
