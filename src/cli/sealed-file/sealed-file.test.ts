import { createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { hashRaw } from '@node-rs/argon2';
import fc from 'fast-check';
import { createFolder } from '../../../test/folder.js';
import { systemRandom } from '../../../test/sinks.js';
import { ContentKey, UserSecret } from '../../core/concealed.js';
import { createStretch, publishedCost } from '../../token/stretch.js';
import { checkSealedUnder, type FileKeyParts, openFile, type SealedFileWork, sealFile } from './sealed-file.js';

const top = createFolder('sealed');
let folder: string;
let folders = 0;
beforeEach(() => {
  folder = join(top, String(++folders));
  mkdirSync(folder);
});

const deps = { random: systemRandom, stretch: createStretch(publishedCost) };
const bytesOfKey = randomBytes(32);
const keyOf = (secret: string | null = null, bytes: Uint8Array = bytesOfKey): FileKeyParts => ({
  contentKey: new ContentKey(Uint8Array.from(bytes)),
  secret: secret === null ? null : new UserSecret(secret),
});
const tokenId = 'U7hicuQlFeQ6qMfeYq6rdQ';
const at = (name: string) => join(folder, name);
const workOf = (change: Partial<SealedFileWork> = {}): SealedFileWork => ({
  ...{ from: at('plain'), to: at('sealed'), tokenId, key: keyOf(), signal: new AbortController().signal },
  ...change,
});
const toOpen = (change: Partial<SealedFileWork> = {}) => workOf({ from: at('sealed'), to: at('opened'), ...change });
const invalid = { name: 'CommandError', code: 'sealed_file_invalid' };

async function sealBytes(content: Uint8Array, change: Partial<SealedFileWork> = {}): Promise<Buffer> {
  writeFileSync(at('plain'), content);
  await sealFile(workOf(change), deps);
  return readFileSync(at('sealed'));
}

describe('a file', () => {
  test.each([0, 1, 15, 16, 17, 1_048_575, 1_048_576, 1_048_577, 3_000_000])(
    'of %d bytes comes back as it was, for its owner alone',
    async (size) => {
      const content = randomBytes(size);
      const sealed = await sealBytes(content);
      expect(sealed.length).toBe(size + 53 + 16);
      await openFile(toOpen(), deps);
      expect(readFileSync(at('opened')).equals(content)).toBe(true);
      expect(readFileSync(at('plain')).equals(content)).toBe(true);
      for (const made of ['sealed', 'opened']) expect(statSync(at(made)).mode & 0o777).toBe(0o600);
      expect(readdirSync(folder).sort()).toEqual(['opened', 'plain', 'sealed']);
    },
  );

  test('is sealed as its format says: by hand the same bytes come out', async () => {
    const content = Buffer.from('for one face only');
    const sealed = await sealBytes(content, { key: keyOf('pässword') });
    expect(sealed.subarray(0, 9)).toEqual(Buffer.from('facestep\u0001', 'latin1'));
    expect(sealed.subarray(37, 53).toString('base64url')).toBe(tokenId);
    const salt = sealed.subarray(9, 25);
    const typed = Buffer.concat([Buffer.from('facestep/fv1/secret\0'), Buffer.from('pässword'.normalize('NFKC'))]);
    const options = { salt, outputLen: 32, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
    const root = Buffer.concat([bytesOfKey, await hashRaw(typed, options)]);
    const key = Buffer.from(hkdfSync('sha256', root, salt, 'facestep/sealed-file/1', 32));
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(25, 37));
    decipher.setAAD(sealed.subarray(0, 53)).setAuthTag(sealed.subarray(-16));
    expect(Buffer.concat([decipher.update(sealed.subarray(53, -16)), decipher.final()])).toEqual(content);
  });
});

describe('nothing is opened, and nothing is left behind', () => {
  const content = Buffer.from('The same words, of which not one may come out where a single bit is wrong.');

  async function refuses(sealed: Uint8Array, change: Partial<SealedFileWork> = {}) {
    writeFileSync(at('sealed'), sealed);
    await expect(openFile(toOpen(change), deps)).rejects.toMatchObject(invalid);
    expect(readdirSync(folder).filter((name) => !['plain', 'sealed'].includes(name))).toEqual([]);
    expect(readFileSync(at('sealed')).equals(sealed)).toBe(true);
  }

  test('with any bit changed, in header, content and tag', async () => {
    const sealed = await sealBytes(content);
    for (let byte = 0; byte < sealed.length; byte += 1) {
      const altered = Buffer.from(sealed);
      altered[byte]! ^= 1 << (byte % 8);
      await refuses(altered);
    }
  });

  test('cut short anywhere, and with bytes added', async () => {
    const sealed = await sealBytes(content);
    for (let length = 0; length < sealed.length; length += 1) await refuses(sealed.subarray(0, length));
    await refuses(Buffer.concat([sealed, Buffer.alloc(1)]));
    await refuses(Buffer.concat([sealed, sealed.subarray(-16)]));
  });

  test('from whatever bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, hasMagic) => {
        await refuses(hasMagic ? Buffer.concat([Buffer.from('facestep\u0001'), bytes]) : bytes);
      }),
      { numRuns: 50 },
    );
  });

  test('under another content key, another secret, with none, or with one too many', async () => {
    const withSecret = await sealBytes(content, { key: keyOf('right') });
    await refuses(withSecret, { key: keyOf('wrong') });
    await refuses(withSecret, { key: keyOf(null) });
    await refuses(withSecret, { key: keyOf('right', randomBytes(32)) });
    rmSync(at('sealed'));
    await refuses(await sealBytes(content), { key: keyOf('right') });
  });

  test('under another token, and that is known without its key', async () => {
    const sealed = await sealBytes(content);
    await refuses(sealed, { tokenId: 'AAAAAAAAAAAAAAAAAAAAAA' });
    await expect(checkSealedUnder(at('sealed'), 'AAAAAAAAAAAAAAAAAAAAAA')).rejects.toMatchObject(invalid);
    await checkSealedUnder(at('sealed'), tokenId);
    await expect(checkSealedUnder(at('plain'), tokenId)).rejects.toMatchObject(invalid);
  });
});

describe('a file that is there is not touched', () => {
  const usage = { name: 'UsageError' };

  test('neither by sealing nor by opening, nor is a file sealed over itself', async () => {
    const sealed = await sealBytes(Buffer.from('content'));
    writeFileSync(at('opened'), 'mine');
    for (const to of ['sealed', 'plain', 'opened'])
      await expect(sealFile(workOf({ to: at(to) }), deps)).rejects.toMatchObject(usage);
    for (const to of ['sealed', 'plain', 'opened'])
      await expect(openFile(toOpen({ to: at(to) }), deps)).rejects.toMatchObject(usage);
    expect(readFileSync(at('plain'), 'utf8')).toBe('content');
    expect(readFileSync(at('opened'), 'utf8')).toBe('mine');
    expect(readFileSync(at('sealed')).equals(sealed)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['opened', 'plain', 'sealed']);
  });

  test('nor what a link leads to', async () => {
    await sealBytes(Buffer.from('content'));
    writeFileSync(at('target'), 'mine');
    symlinkSync(at('target'), at('link'));
    symlinkSync(at('nowhere'), at('dangling'));
    for (const to of ['link', 'dangling'])
      await expect(openFile(toOpen({ to: at(to) }), deps)).rejects.toMatchObject(usage);
    expect(readFileSync(at('target'), 'utf8')).toBe('mine');
    expect(existsSync(at('nowhere'))).toBe(false);
  });
});
