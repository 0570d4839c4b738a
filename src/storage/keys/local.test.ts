import { randomBytes } from 'node:crypto';
import { chmod, chown, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createFolder } from '../../../support/run/folder.js';
import { runKeysContract } from '../../../test/contract/keys.js';
import { toCode } from '../../errors.js';
import { isPrivate } from '../../files/durable-file.js';
import { createLocalKeys, type LocalKeys } from './local.js';

const random = (bytes: number): Uint8Array => randomBytes(bytes);

runKeysContract('local file', async () => {
  const folder = createFolder('keys');
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
  folder = createFolder('keys');
  file = join(folder, 'keys.json');
});

const start = (): Promise<LocalKeys> => createLocalKeys({ file, random });
const hex = async (keys: LocalKeys, version: number): Promise<string> =>
  (await keys.mac(version, new Uint8Array(3))).use((bytes) => Buffer.from(bytes).toString('hex'));
const stored = async (): Promise<{ current: number; keys: { version: number; key: string }[] }> =>
  JSON.parse(await readFile(file, 'utf8'));

test.each([0o640, 0o604])('a key file of mode %o is refused', async (mode) => {
  await start();
  await chmod(file, mode);
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
});

const key = Buffer.alloc(32, 7).toString('base64url');
const kept = (current: number, ...keys: object[]) => ({ format: 'facestep-keys-1', current, keys });
test.each([
  ['half of the content', '{"format":"facestep-keys-1","current":1,"keys":[{"ver'],
  ['another format', { ...kept(1, { version: 1, key }), format: 'facestep-keys-2' }],
  ['a missing current key', kept(2, { version: 1, key })],
  ['a short key', kept(1, { version: 1, key: key.slice(4) })],
  ['a duplicate version', kept(1, { version: 1, key }, { version: 1, key })],
  ['a version over 16 bits', kept(65_536, { version: 65_536, key })],
  ['a version after the current one', kept(1, { version: 1, key }, { version: 2, key })],
])('a key file with %s is refused, and is neither quoted nor changed', async (_name, content) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(file, text, { mode: 0o600 });
  const error: unknown = await start().catch((refusal: unknown) => refusal);
  expect(toCode(error)).toBe('config_invalid');
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(key.slice(4));
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('eight concurrent starts agree on one key, in a file readable only by its owner', async () => {
  const started = await Promise.all(Array.from({ length: 8 }, start));
  const macs = await Promise.all(started.map((keys) => hex(keys, 1)));
  expect(new Set(macs).size).toBe(1);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['keys.json']);
});

test('retiring deletes the key’s bytes, including drafts left by a crash', async () => {
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

test('the current version cannot be retired', async () => {
  const keys = await start();
  await expect(keys.retire(1)).rejects.toMatchObject({ code: 'request_malformed' });
  expect(await hex(keys, 1)).toHaveLength(64);
});

test('a rotation that cannot be written has no effect', async () => {
  await start();
  const draftFails = (bytes: number): Uint8Array => {
    if (bytes === 8) throw new Error('no space left on the device');
    return randomBytes(bytes);
  };
  const keys = await createLocalKeys({ file, random: draftFails });
  await expect(keys.rotate()).rejects.toMatchObject({ code: 'config_invalid' });
  expect(await keys.versions()).toEqual([1]);
  expect(await (await start()).rotate()).toBe(2);
});

test('rotations and retirements by another process take effect at once', async () => {
  const mine = await start();
  const theirs = await start();
  const first = await hex(mine, 1);
  await theirs.rotate();
  expect(await mine.currentVersion()).toBe(2);
  expect(await hex(mine, 1)).toBe(first);
  await theirs.retire(1);
  await expect(mine.mac(1, new Uint8Array())).rejects.toMatchObject({ code: 'token_key_retired' });
  expect(await mine.versions()).toEqual([2]);
});

test('twenty concurrent rotations create twenty keys', async () => {
  const started = await Promise.all(Array.from({ length: 20 }, start));
  const versions = await Promise.all(started.map((keys) => keys.rotate()));
  expect(new Set(versions).size).toBe(20);
  expect(await started[0]!.versions()).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  expect(await readdir(folder)).toEqual(['keys.json']);
});

test.each([
  ['deleted', () => rm(file)],
  ['corrupted', () => writeFile(file, '{', { mode: 0o600 })],
  ['readable by others', () => chmod(file, 0o644)],
])('a MAC fails while the key file is %s, and succeeds after the file is restored', async (_name, harm) => {
  const keys = await start();
  const text = await readFile(file, 'utf8');
  const before = await hex(keys, 1);
  await harm();
  // A file of another mode is the same file until it is touched.
  await utimes(file, 1, 1).catch(() => {});
  await expect(keys.mac(1, new Uint8Array())).rejects.toMatchObject({ code: 'key_service_unavailable' });
  await rm(file, { force: true });
  await writeFile(file, text, { mode: 0o600 });
  expect(await hex(keys, 1)).toBe(before);
});

(process.getuid?.() === 0 ? test : test.skip)(
  'after a rotation by root, the key file still belongs to the server’s account',
  async () => {
    const keys = await start();
    await chown(file, 12_345, 12_345);
    await keys.rotate();
    expect(await stat(file)).toMatchObject({ uid: 12_345, gid: 12_345 });
  },
);

test.each([
  ['the account’s own private file is accepted', 0o600, 1000, 1000, true],
  ['the account’s own file, readable by a group, is refused', 0o640, 1000, 1000, false],
  ['a file of root, readable by the account’s group, is accepted', 0o440, 0, 1000, true],
  ['a file of root, readable by all, is refused', 0o444, 0, 1000, false],
  ['a file of root, writable by a group, is refused', 0o460, 0, 1000, false],
  ['a file of root, readable by a group, is refused for a server run as root', 0o640, 0, 0, false],
])('as a key file, %s', (_name, mode, uid, ownUid, expected) => {
  expect(isPrivate({ mode, uid }, ownUid)).toBe(expected);
});
