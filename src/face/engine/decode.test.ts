import { beforeAll, describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { plain, pngChunk } from '../../../support/data/crafted-pictures.js';
import { type FaceErrorCode, toCode } from '../../errors.js';
import { decode, prepareDecoder, readHeader } from './decode.js';
import { checkFrame, readPictureHeader } from './picture-header.js';

beforeAll(prepareDecoder);

const refusal = (bytes: Uint8Array): Promise<FaceErrorCode | null> => readHeader(bytes).then(() => null, toCode);

function frameRefusal(bytes: Uint8Array): FaceErrorCode | null {
  try {
    checkFrame(bytes);
    return null;
  } catch (error) {
    return toCode(error);
  }
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The signature and header of a PNG. */
function declarePng(width: number, height: number, bitDepth: number, interlace: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, 2, 0, 0, interlace], 8);
  return Buffer.concat([Buffer.from(pngSignature), pngChunk('IHDR', header), pngChunk('IDAT', new Uint8Array())]);
}

function webpChunk(name: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

function toWebp(...chunks: readonly Buffer[]): Buffer {
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(4 + Buffer.concat(chunks).length, 4);
  return Buffer.concat([head, ...chunks]);
}

/** A canvas with flags. */
function webpCanvas(width: number, height: number, flags = 0): Buffer {
  const content = Buffer.alloc(10);
  content[0] = flags;
  content.writeUIntLE(width - 1, 4, 3);
  content.writeUIntLE(height - 1, 7, 3);
  return webpChunk('VP8X', content);
}

/** The first chunk of a plain WebP. */
const pictureOf = (webp: Buffer): Buffer => webp.subarray(12);

const flatWebp = (width: number, height: number): Promise<Buffer> =>
  plain(width, height).webp({ lossless: true }).toBuffer();

/** A lossless WebP that declares a size and holds few pixels. */
async function declareWebp(width: number, height: number): Promise<Buffer> {
  const bytes = Buffer.from(await flatWebp(16, 16));
  bytes.writeUInt32LE(width - 1 + (height - 1) * 2 ** 14, 21);
  return bytes;
}

/** A JPEG whose last scan is there so many times more. */
function repeatScan(jpeg: Buffer, times: number): Buffer {
  const scan = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xda])), jpeg.length - 2);
  const repeated = Array.from({ length: times }, () => scan);
  return Buffer.concat([jpeg.subarray(0, jpeg.length - 2), ...repeated, jpeg.subarray(-2)]);
}

/** Writes another size into the frame header of a JPEG. */
function resizeJpeg(jpeg: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(jpeg);
  const at = changed.findIndex((byte, index) => byte === 0xff && [0xc0, 0xc2].includes(changed[index + 1] ?? 0));
  changed.writeUInt16BE(height, at + 5);
  changed.writeUInt16BE(width, at + 7);
  return changed;
}

const jpeg = (progressive: boolean): Promise<Buffer> => plain(64, 64).jpeg({ progressive }).toBuffer();

describe('the header reader', () => {
  test.each(['jpeg', 'png', 'webp'] as const)(
    'finds the same properties as the image library in a %s file',
    async (format) => {
      const bytes = await plain(123, 77).toFormat(format).toBuffer();
      const declared = readPictureHeader(bytes);
      expect(declared).toMatchObject({ format, widthPx: 123, heightPx: 77, isAnimated: false, scans: 1 });
      expect(await readHeader(bytes)).toEqual({ widthPx: 123, heightPx: 77 });
    },
  );

  test('finds the same properties in lossless WebP, WebP with alpha, interlaced 16-bit PNG and progressive JPEG', async () => {
    const size = { widthPx: 123, heightPx: 77 };
    expect(readPictureHeader(await flatWebp(123, 77))).toMatchObject(size);
    expect(readPictureHeader(await plain(123, 77).ensureAlpha(0.5).webp().toBuffer())).toMatchObject(size);
    const png = plain(123, 77).toColourspace('rgb16').png({ progressive: true });
    expect(readPictureHeader(await png.toBuffer())).toMatchObject({ ...size, bitDepth: 16, isInterlaced: true });
    const progressive = readPictureHeader(await plain(123, 77).jpeg({ progressive: true }).toBuffer());
    expect(progressive?.scans).toBeGreaterThan(1);
  });

  test('a WebP whose canvas size differs from its picture size is refused', async () => {
    const picture = pictureOf(await declareWebp(4000, 4000));
    for (const [width, height] of [
      [64, 64],
      [4000, 3999],
      [4001, 4000],
    ] as const)
      expect(await refusal(toWebp(webpCanvas(width, height), picture))).toBe('photo_invalid');
    expect(await refusal(toWebp(webpCanvas(4000, 4000), picture))).toBeNull();
  });

  test('a WebP with the animation flag or an animation frame is refused as animated', async () => {
    const picture = pictureOf(await flatWebp(64, 64));
    expect(await refusal(toWebp(webpCanvas(64, 64, 2), picture))).toBe('photo_animated');
    expect(await refusal(toWebp(webpCanvas(64, 64), webpChunk('ANMF', Buffer.alloc(24)), picture))).toBe(
      'photo_animated',
    );
  });

  test('a JPEG without its end marker, or with stray bytes before segments, is decoded', async () => {
    const files: Buffer[] = [];
    for (const progressive of [false, true]) {
      const whole = await plain(123, 77).jpeg({ progressive }).toBuffer();
      const withBytes = (at: number, ...bytes: readonly number[]): Buffer =>
        Buffer.concat([whole.subarray(0, at), Buffer.from(bytes), whole.subarray(at)]);
      // Behind the first marker, and behind the first segment.
      for (const at of [2, 4 + whole.readUInt16BE(4)]) {
        const stray = withBytes(at, 0, 0, 0x10, 0xff, 0x00);
        files.push(stray, withBytes(at, 0xff, 0xff), Buffer.concat([whole, stray]));
      }
      files.push(whole.subarray(0, -2));
    }
    for (const bytes of files) {
      const header = await readHeader(bytes);
      expect(header).toEqual({ widthPx: 123, heightPx: 77 });
      expect((await decode(bytes, header, 1, null)).data.length).toBe(123 * 77 * 3);
    }
  });

  test('a JPEG without its last rows is refused', async () => {
    const whole = await jpeg(false);
    for (const missing of [3, 8, 12]) {
      const cut = whole.subarray(0, whole.length - missing);
      const decoded = readHeader(cut).then((header) => decode(cut, header, 1, null));
      expect(await decoded.then(() => null, toCode)).toBe('photo_invalid');
    }
  });

  test('a JPEG with a second frame header of another size behind stray bytes is refused', async () => {
    const small = await jpeg(false);
    const second = 4 + small.readUInt16BE(4);
    const at = small.findIndex((byte, index) => byte === 0xff && small[index + 1] === 0xc0);
    const larger = resizeJpeg(Buffer.from(small.subarray(at, at + 2 + small.readUInt16BE(at + 2))), 6000, 6000);
    for (const stray of [[0x10], [0xff, 0x00], [0x00, 0xff, 0xff]])
      for (const behind of [2, second])
        expect(
          await refusal(Buffer.concat([small.subarray(0, behind), Buffer.from(stray), larger, small.subarray(behind)])),
        ).toBe('photo_invalid');
  });

  test('a file that states no picture within many chunks or stray bytes is refused, as reading on takes seconds', async () => {
    const webp = await plain(123, 77).ensureAlpha(0.5).webp().toBuffer();
    const behind = (fill: Buffer) => Buffer.concat([webp.subarray(0, 30), fill, webp.subarray(30)]);
    expect([readPictureHeader(behind(Buffer.alloc(0))), readPictureHeader(behind(Buffer.alloc(8000)))]).toEqual([
      expect.objectContaining({ format: 'webp' }),
      null,
    ]);
    const whole = await jpeg(false);
    const stray = Buffer.concat([whole.subarray(0, 2), Buffer.alloc(300_000, 0xff), whole.subarray(2)]);
    expect(readPictureHeader(stray)).toBeNull();
  });

  test('a JPEG with two frame headers of different sizes is refused', async () => {
    const small = await jpeg(false);
    const at = small.findIndex((byte, index) => byte === 0xff && small[index + 1] === 0xc0);
    const frame = small.subarray(at, at + 2 + small.readUInt16BE(at + 2));
    const larger = resizeJpeg(Buffer.from(frame), 6000, 6000);
    for (const frames of [
      [frame, larger],
      [larger, frame],
    ])
      expect(await refusal(Buffer.concat([small.subarray(0, at), ...frames, small.subarray(at + frame.length)]))).toBe(
        'photo_invalid',
      );
  });
});

describe('a picture that is too expensive to decode is refused by its header', () => {
  test.each<[string, FaceErrorCode | null, () => Promise<Buffer> | Buffer]>([
    ['a WebP of 38 bytes that declares 6300 × 6300 pixels', 'photo_too_large', () => declareWebp(6300, 6300)],
    ['a WebP of 16 megapixels', null, () => declareWebp(4000, 4000)],
    ['a PNG over 16 megapixels', 'photo_too_large', () => declarePng(4001, 4000, 8, 0)],
    ['a PNG of 16 bits over 4 megapixels', 'photo_too_large', () => declarePng(2001, 2000, 16, 0)],
    ['an interlaced PNG over 2 megapixels', 'photo_too_large', () => declarePng(2001, 1000, 8, 1)],
    ['a JPEG of one scan and 39 megapixels', null, async () => resizeJpeg(await jpeg(false), 6300, 6300)],
    ['a JPEG of one scan over 40 megapixels', 'photo_too_large', async () => resizeJpeg(await jpeg(false), 6400, 6400)],
    ['a progressive JPEG over 16 megapixels', 'photo_too_large', async () => resizeJpeg(await jpeg(true), 4001, 4000)],
    [
      'a JPEG whose scans cover more than 160 megapixels in total',
      'photo_too_large',
      async () => resizeJpeg(repeatScan(await jpeg(true), 60), 2000, 2000),
    ],
  ])('the header check of %s: refusal %s', async (_what, code, make) => {
    expect(await refusal(await make())).toBe(code);
  });

  test.each([0xc3, 0xde])('a JPEG with the unsupported frame type %i is refused', async (kind) => {
    const bytes = Buffer.from(await jpeg(false));
    bytes[bytes.findIndex((byte, index) => byte === 0xff && bytes[index + 1] === 0xc0) + 1] = kind;
    expect(await refusal(bytes)).toBe('photo_invalid');
  });

  test('a frame of the capture page is a JPEG or WebP of at most 4 megapixels', async () => {
    expect(frameRefusal(await jpeg(false))).toBeNull();
    expect(frameRefusal(await declareWebp(2000, 2000))).toBeNull();
    expect(frameRefusal(await declareWebp(2001, 2000))).toBe('photo_too_large');
    expect(frameRefusal(resizeJpeg(await jpeg(false), 2001, 2000))).toBe('photo_too_large');
    expect(frameRefusal(declarePng(64, 64, 8, 0))).toBe('photo_invalid');
    expect(frameRefusal(Buffer.from('no picture'))).toBe('photo_invalid');
  });
});

test('decoding is limited to two seconds and half a second for each megapixel', async () => {
  const asked: unknown[] = [];
  const { timeout } = sharp.prototype;
  Object.assign(sharp.prototype, {
    timeout(this: Sharp, options: { seconds: number }) {
      asked.push(options);
      return timeout.call(this, options);
    },
  });
  try {
    for (const heightPx of [1000, 6000]) {
      const photo = await plain(2000, heightPx).jpeg().toBuffer();
      await decode(photo, await readHeader(photo), 4, null);
    }
  } finally {
    Object.assign(sharp.prototype, { timeout });
  }
  expect(asked).toEqual([{ seconds: 3 }, { seconds: 8 }]);
});

test.each([
  ['as soon as it was read', 0, 'photo_invalid'],
  ['after more than the time limit of its size', 60_000, 'overloaded'],
])('an unreadable picture that fails %s', async (_, tookMs, code) => {
  const photo = await plain(600, 400).jpeg().toBuffer();
  const header = await readHeader(photo);
  const times = [0, tookMs];
  const broken = photo.subarray(0, photo.length / 2);
  await expect(decode(broken, header, 1, null, () => times.shift() ?? tookMs)).rejects.toMatchObject({ code });
});
