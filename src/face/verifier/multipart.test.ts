import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Response } from 'undici';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { Photo } from '../../core/secrets.js';
import { createMultipartBody, type FormField } from './facenition-client.js';

const parse = async (fields: readonly FormField[]) => {
  const { contentType, lengthBytes, chunks } = createMultipartBody(fields, systemRandom);
  const bytes = Buffer.concat([...chunks()]);
  expect(bytes.length).toBe(lengthBytes);
  expect(Buffer.concat([...chunks()]).equals(bytes)).toBe(true);
  const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  return Promise.all(
    [...form].map(async ([name, value]) =>
      typeof value === 'string'
        ? { name, text: value }
        : { name, type: value.type, file: value.name, bytes: Buffer.from(await value.arrayBuffer()) },
    ),
  );
};

test('an independent parser reads the same texts and pictures from the multipart body', async () => {
  const text = fc.string({ unit: 'grapheme' });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constant(Buffer.from('\r\n--facestep-\r\nContent-Disposition: form-data; name="scope"\r\n\r\nmine\r\n')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 4 }), fc.array(bytes, { maxLength: 4 }), async (texts, pictures) => {
      const fields = [
        ...texts.map((value) => ({ name: 'password', text: value })),
        { name: 'photo', photos: pictures.map((picture) => new Photo(Uint8Array.from(picture))) },
      ];
      const parts = await parse(fields);
      expect(parts.flatMap((part) => ('text' in part ? [part.text] : []))).toEqual(texts);
      const read = parts.flatMap((part) => ('bytes' in part ? [part.bytes] : []));
      expect(read.map((part) => part.toString('hex'))).toEqual(
        pictures.map((picture) => Buffer.from(picture).toString('hex')),
      );
    }),
  );
});

test('each body has a different boundary, so that a picture cannot contain it', () => {
  const boundaries = Array.from({ length: 100 }, () => createMultipartBody([], systemRandom).contentType);
  expect(new Set(boundaries).size).toBe(100);
});
