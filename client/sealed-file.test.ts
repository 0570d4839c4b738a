import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openFile, sealFile } from './sealed-file.js';

const chunkBytes = 65_536;
const tagBytes = 16;
const contentKey = randomBytes(32);
const owner = { token: 'fv1.token', scope: 'records', accuracy: 4 };
const releaseKey = async () => Uint8Array.from(contentKey);

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function seal(content: Uint8Array): Promise<Buffer> {
  writeFileSync(at('plain'), content);
  await sealFile({ from: at('plain'), to: at('sealed'), owner, releaseKey });
  return readFileSync(at('sealed'));
}

async function open(sealed: Uint8Array): Promise<Buffer> {
  writeFileSync(at('sealed'), sealed);
  await openFile({ from: at('sealed'), to: at('opened'), releaseKey });
  return readFileSync(at('opened'));
}

/** Header, and the chunks after it. */
function split(sealed: Buffer): { header: Buffer; chunks: Buffer[] } {
  const end = sealed.indexOf('\n', sealed.indexOf('\n') + 1) + 1;
  const chunks: Buffer[] = [];
  for (let from = end; from < sealed.length; from += chunkBytes + tagBytes)
    chunks.push(sealed.subarray(from, from + chunkBytes + tagBytes));
  return { header: sealed.subarray(0, end), chunks };
}

test.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes, 1_000_003])(
  'a sealed file of %d random bytes opens to the same bytes and does not contain them',
  async (size) => {
    const content = randomBytes(size);
    const sealed = await seal(content);
    if (size > 8) expect(sealed.includes(content.subarray(0, 8))).toBe(false);
    expect((await open(sealed)).equals(content)).toBe(true);
  },
);

test('the owner in the header is passed to the callback that releases the key', async () => {
  await seal(randomBytes(8));
  const asked: unknown[] = [];
  const remember = async (each: unknown) => {
    asked.push(each);
    return releaseKey();
  };
  await openFile({ from: at('sealed'), to: at('opened'), releaseKey: remember });
  expect(asked).toEqual([owner]);
});

test('the same content is sealed differently each time', async () => {
  const content = randomBytes(64);
  expect((await seal(content)).equals(await seal(content))).toBe(false);
});

describe('a file is refused and nothing is written', () => {
  const wrong: readonly (readonly [string, (sealed: Buffer) => Buffer])[] = [
    ['with a changed bit', (sealed) => Buffer.from(sealed.map((byte, index) => (index === 900 ? byte ^ 1 : byte)))],
    ['without its last chunk', (sealed) => join2(split(sealed), (chunks) => chunks.slice(0, -1))],
    ['without its last byte', (sealed) => sealed.subarray(0, -1)],
    ['without any chunk', (sealed) => split(sealed).header],
    ['with bytes after its end', (sealed) => Buffer.concat([sealed, randomBytes(20)])],
    ['with a repeated last chunk', (sealed) => join2(split(sealed), (chunks) => [...chunks, chunks.at(-1)!])],
    ['with swapped chunks', (sealed) => join2(split(sealed), ([one, two, ...rest]) => [two!, one!, ...rest])],
    ['with another token in the header', (sealed) => replace(sealed, 'fv1.token', 'fv1.taken')],
    ['with another accuracy in the header', (sealed) => replace(sealed, '"accuracy":4', '"accuracy":5')],
    ['with a space in the header', (sealed) => replace(sealed, '{"token"', '{ "token"')],
  ];
  const join2 = ({ header, chunks }: ReturnType<typeof split>, change: (chunks: Buffer[]) => Buffer[]) =>
    Buffer.concat([header, ...change(chunks)]);
  const replace = (sealed: Buffer, from: string, to: string) =>
    Buffer.from(sealed.toString('latin1').replace(from, to), 'latin1');

  test.each(wrong)('%s', async (_, change) => {
    const changed = change(await seal(randomBytes(3 * chunkBytes)));
    await expect(open(changed)).rejects.toMatchObject({ name: 'SealedFileError', code: 'changed' });
    expect(readdirSync(folder).sort()).toEqual(['plain', 'sealed']);
  });

  test('with another content key', async () => {
    await seal(randomBytes(8));
    const other = { from: at('sealed'), to: at('opened'), releaseKey: async () => randomBytes(32) };
    await expect(openFile(other)).rejects.toMatchObject({ code: 'changed' });
    expect(readdirSync(folder).sort()).toEqual(['plain', 'sealed']);
  });

  test('if it is another kind of file, before a key is asked for', async () => {
    const neverAsk = async () => {
      throw new Error('asked');
    };
    for (const text of [
      '',
      '\n\n',
      'facestep-sealed-file/1',
      'facestep-sealed-file/1\n{}\n',
      'facestep-sealed-file/2\n{',
    ]) {
      writeFileSync(at('sealed'), text);
      const opening = openFile({ from: at('sealed'), to: at('opened'), releaseKey: neverAsk });
      await expect(opening).rejects.toMatchObject({ code: 'malformed' });
    }
  });
});

test('a refused check writes nothing', async () => {
  writeFileSync(at('plain'), 'text');
  const refuse = { from: at('plain'), to: at('sealed'), owner, releaseKey: async () => null };
  await expect(sealFile(refuse)).rejects.toMatchObject({ code: 'refused' });
  expect(readdirSync(folder)).toEqual(['plain']);
});

test('a former output stays as it was if a later chunk is refused or the work is aborted', async () => {
  const sealed = await seal(randomBytes(3 * chunkBytes));
  writeFileSync(at('opened'), 'former');
  await expect(open(sealed.subarray(0, -1))).rejects.toMatchObject({ code: 'changed' });
  writeFileSync(at('sealed'), sealed);
  const signal = AbortSignal.abort();
  const aborted = openFile({ from: at('sealed'), to: at('opened'), releaseKey, signal });
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
  expect(readFileSync(at('opened'), 'utf8')).toBe('former');
  expect(readdirSync(folder).sort()).toEqual(['opened', 'plain', 'sealed']);
});

test('the key that a callback returned is zeroed after use', async () => {
  const key = randomBytes(32);
  writeFileSync(at('plain'), 'text');
  await sealFile({ from: at('plain'), to: at('sealed'), owner, releaseKey: async () => key });
  expect(key.every((byte) => byte === 0)).toBe(true);
});
