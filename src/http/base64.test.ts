import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBase64 } from './body.js';
import { LongText } from './json.js';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });

test('each variant of base64 is decoded to the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (value) => {
      const text = Buffer.from(value).toString('base64');
      for (const written of [
        text,
        text.replace(/=+$/, ''),
        text.replaceAll('+', '-').replaceAll('/', '_'),
        `data:image/jpeg;base64,${text}`,
        `DATA:Image/JPEG;Base64,${text}`,
        `data:;base64,${text}`,
        `${text}\n`,
        text.replace(/.{1,76}/g, '$&\r\n'),
        `data:image/jpeg;base64,${text.replace(/.{1,64}/g, '$&\n')}`,
      ]) {
        expect(new Uint8Array(await decodeBase64(written))).toEqual(value);
      }
      const escaped = `data:image\\/jpeg;base64,${text.replaceAll('/', '\\/')}`;
      expect(new Uint8Array(await decodeBase64(new LongText(Buffer.from(escaped))))).toEqual(value);
      for (const lineBreak of ['\\n', '\\r\\n', '\\u000a', '\\u000D\\u000A']) {
        const inLines = text.replace(/.{1,76}/g, (line) => line + lineBreak);
        expect(new Uint8Array(await decodeBase64(new LongText(Buffer.from(inLines))))).toEqual(value);
      }
      const byCode = text.replace(/[+/=]/g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`);
      expect(new Uint8Array(await decodeBase64(new LongText(Buffer.from(byCode))))).toEqual(value);
    }),
  );
});

test('one invalid character at any position is refused', async () => {
  const foreign = fc.constantFrom('!', '\t', '=', 'é', '\0', '.', '\\');
  await fc.assert(
    fc.asyncProperty(bytes, foreign, fc.nat(), async (value, character, at) => {
      const text = Buffer.from(value).toString('base64').replace(/=+$/, '');
      const position = at % text.length;
      const broken = `${text.slice(0, position)}${character}${text.slice(position)}=`;
      await expect(decodeBase64(broken)).rejects.toMatchObject({ code: 'photo_invalid' });
    }),
  );
});

test.each(['', '=', 'A', 'data:image/jpeg,AAAA', 'AAAAA', 'AA=A'])('the text %j is refused', async (text) => {
  await expect(decodeBase64(text)).rejects.toMatchObject({ code: 'photo_invalid' });
});

test('a picture of 10 MB is decoded completely, with and without escaped slashes', async () => {
  const value = randomBytes(10 * 1024 * 1024);
  const text = value.toString('base64');
  const byCode = text.replace(/[+/]/g, (each) => `\\u00${each.charCodeAt(0).toString(16).toUpperCase()}`);
  const inLines = text.replace(/.{1,76}/g, '$&\\r\\n');
  for (const written of [text, inLines, text.replaceAll('/', '\\/'), byCode, `data:image/png;base64,${text}`]) {
    expect((await decodeBase64(new LongText(Buffer.from(written)))).equals(value)).toBe(true);
  }
  const broken = `${text.slice(0, 9_000_000)}!${text.slice(9_000_001)}`;
  await expect(decodeBase64(new LongText(Buffer.from(broken)))).rejects.toMatchObject({ code: 'photo_invalid' });
});

test('the slices before an invalid one are zeroed', async () => {
  const allocated: Buffer[] = [];
  const { allocUnsafe } = Buffer;
  Buffer.allocUnsafe = (size) => {
    const buffer = allocUnsafe(size);
    allocated.push(buffer);
    return buffer;
  };
  const text = Buffer.alloc(400_000, 'face').toString('base64');
  await expect(decodeBase64(`${text}!`)).rejects.toMatchObject({ code: 'photo_invalid' });
  Buffer.allocUnsafe = allocUnsafe;
  const decoded = allocated.find(({ length }) => length >= 400_000);
  expect(decoded?.every((byte) => byte === 0)).toBe(true);
});
