import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import {
  groupPhoto,
  plain,
  pngClaiming,
  toAnimatedPng,
  twicePhotographed,
} from '../../../support/data/crafted-pictures.js';
import { forFile } from '../../../support/run/for-file.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import { loadParameters } from '../token/parameters.js';
import type { Signal } from './engine.js';
import { createPipeline } from './pipeline.js';

const portrait = await twicePhotographed(1);
const pipeline = await forFile(createPipeline(modelsFolder));

const examine = (photo: Uint8Array, ...signals: Signal[]) => pipeline.examine(photo, signals, 'only');
const embed = async (photo: Uint8Array): Promise<Float32Array> => (await examine(photo, 'embedding')).embedding!;
const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at], 0);
const similarity = async (a: Uint8Array, b: Uint8Array): Promise<number> => cosine(await embed(a), await embed(b));
const refusal = (photo: Uint8Array): Promise<FaceErrorCode | null> => examine(photo).then(() => null, toCode);

/**
 * Similarities of a demonstration photo, by the engine that computes them. If a change of the engine changes them, give
 * it a new name, and measure its accuracy again.
 */
const computed: Readonly<Record<string, readonly number[]>> = {
  'faceplugin-1.0.3-unshared': [0.704, 0.989, 0.987, 0.967],
};

test('similarities of demonstration photos are those recorded for the name of the engine in use', async () => {
  const others = [
    await twicePhotographed(3),
    await sharp(portrait).rotate(45, { background: '#888' }).jpeg().toBuffer(),
    await sharp(portrait).resize({ width: 200 }).jpeg().toBuffer(),
    await sharp(portrait).linear(0.4).jpeg().toBuffer(),
  ];
  const expected = computed[(await loadParameters()).current.name]!;
  for (const [at, other] of others.entries())
    expect(Math.abs((await similarity(portrait, other)) - expected[at]!)).toBeLessThan(0.005);
});

test('all faces of a demonstration photo are found, sorted by width, widest first', async () => {
  const { widthPx, heightPx, faces } = await pipeline.detect(groupPhoto(1));
  expect([widthPx, heightPx, faces.length]).toEqual([1920, 1280, 3]);
  const widths = faces.map(({ box }) => box.width);
  expect(widths).toEqual([...widths].sort((a, b) => b - a));
});

describe('the signals of a photo', () => {
  test('only the requested signals are measured', async () => {
    const { face: _, magnitude: __, ...others } = await examine(portrait);
    expect(
      Object.values(others)
        .flat()
        .every((value) => value === null),
    ).toBe(true);
    const all = await examine(portrait, 'embedding', 'pose', 'liveness', 'eyes', 'quality', 'landmarks');
    expect(all.liveness).toBeGreaterThanOrEqual(0);
    expect(all.liveness).toBeLessThanOrEqual(1);
    expect(all.eyesOpen).toBeGreaterThanOrEqual(0);
    expect(all.eyesOpen).toBeLessThanOrEqual(1);
    expect(all.quality!.faceWidthPx).toBeGreaterThan(200);
    expect(cosine(all.embedding!, all.embedding!)).toBeCloseTo(1, 4);
    expect(all.landmarks).toHaveLength(68);
    expect(all.landmarks![30]!.y).toBeGreaterThan(all.landmarks![27]!.y);
  });

  test('mirroring a photo inverts its yaw', async () => {
    const turned = await sharp(groupPhoto(1))
      .extract({ left: 300, top: 230, width: 400, height: 480 })
      .png()
      .toBuffer();
    const mirrored = await sharp(turned).flop().png().toBuffer();
    const { yawDeg } = (await examine(turned, 'pose')).pose!;
    const back = (await examine(mirrored, 'pose')).pose!.yawDeg;
    expect(Math.abs(yawDeg)).toBeGreaterThan(5);
    expect(Math.abs(yawDeg + back)).toBeLessThan(8);
  });

  test('blur lowers the sharpness, darkness the brightness, fog the contrast', async () => {
    const quality = async (photo: Buffer) => (await examine(photo, 'quality')).quality!;
    const as = await quality(portrait);
    expect((await quality(await sharp(portrait).blur(6).toBuffer())).sharpness).toBeLessThan(as.sharpness / 4);
    expect((await quality(await sharp(portrait).linear(0.4, 0).toBuffer())).brightness).toBeLessThan(as.brightness / 2);
    expect((await quality(await sharp(portrait).linear(0.4, 80).toBuffer())).contrast).toBeLessThan(as.contrast / 2);
  });
});

describe('the same face is read from every accepted picture format', () => {
  test.each<[string, (upright: Sharp) => Sharp]>([
    ['PNG with a palette', (photo) => photo.png({ palette: true })],
    ['WebP', (photo) => photo.webp()],
    ['CMYK JPEG', (photo) => photo.toColourspace('cmyk').jpeg()],
    ['grey PNG of 16 bits with alpha', (photo) => photo.ensureAlpha(1).toColourspace('grey16').png()],
    ['progressive JPEG', (photo) => photo.jpeg({ progressive: true })],
    ['rotated JPEG with EXIF orientation', (photo) => photo.rotate(90).withMetadata({ orientation: 8 }).jpeg()],
    ['mirrored JPEG with EXIF orientation', (photo) => photo.flop().withMetadata({ orientation: 2 }).jpeg()],
    ['rotated PNG with EXIF orientation', (photo) => photo.rotate(90).withMetadata({ orientation: 8 }).png()],
  ])('%s', async (_kind, make) => {
    expect(await similarity(portrait, await make(sharp(portrait)).toBuffer())).toBeGreaterThan(0.9);
  });

  test('a small face in a rotated photo of 12 megapixels is read at full resolution', async () => {
    const near = await sharp(portrait).resize(630).png().toBuffer();
    const upright = await sharp({ create: { width: 4032, height: 3024, channels: 3, background: '#707070' } })
      .composite([{ input: near, left: 2600, top: 1500 }])
      .png()
      .toBuffer();
    const photo = await sharp(upright).rotate(90).withMetadata({ orientation: 8 }).jpeg({ quality: 95 }).toBuffer();
    const found = await examine(photo, 'embedding', 'quality', 'landmarks');
    const expected = await examine(near, 'embedding', 'quality', 'landmarks');
    expect(cosine(expected.embedding!, found.embedding!)).toBeGreaterThan(0.9);
    expect(Math.abs(found.quality!.faceWidthPx - expected.quality!.faceWidthPx)).toBeLessThan(45);
    expect(Math.abs(found.face.box.x - (2600 + expected.face.box.x))).toBeLessThan(45);
    expect(Math.abs(found.face.box.y - (1500 + expected.face.box.y))).toBeLessThan(45);
    for (const [at, point] of found.landmarks!.entries()) {
      expect(Math.abs(point.x - (2600 + expected.landmarks![at]!.x))).toBeLessThan(30);
      expect(Math.abs(point.y - (1500 + expected.landmarks![at]!.y))).toBeLessThan(30);
    }
  });
});

describe('a rotated photo without EXIF orientation', () => {
  const turn = (photo: Uint8Array, degrees: number): Promise<Buffer> =>
    sharp(photo).rotate(degrees, { background: '#707070' }).jpeg({ quality: 92 }).toBuffer();

  test.each([45, 60, 75, 90, 135, 180, 225, 270, 300, 315])(
    'by %i degrees yields the same face as the upright photo',
    async (degrees) => {
      const turned = await turn(portrait, degrees);
      expect(await similarity(portrait, turned)).toBeGreaterThan(0.9);
      expect((await examine(turned, 'magnitude', 'quality')).magnitude).toBeGreaterThan(3.5);
    },
  );

  test('with 12 megapixels yields the same face as the upright photo', async () => {
    const near = await sharp(portrait).resize(630).png().toBuffer();
    const large = sharp({ create: { width: 4032, height: 3024, channels: 3, background: '#707070' } });
    const upright = await large
      .composite([{ input: near, left: 2600, top: 1500 }])
      .png()
      .toBuffer();
    for (const degrees of [90, 180, 270])
      expect(await similarity(near, await turn(upright, degrees))).toBeGreaterThan(0.9);
  });

  test('two different people remain different in rotated photos', async () => {
    const other = await sharp(groupPhoto(1)).extract({ left: 300, top: 230, width: 400, height: 480 }).png().toBuffer();
    const upright = await similarity(portrait, other);
    for (const degrees of [90, 180, 270])
      expect(await similarity(portrait, await turn(other, degrees))).toBeLessThan(Math.max(0.24, upright + 0.1));
  });

  test('a rotated photo of several people is refused', async () => {
    for (const degrees of [90, 180, 270]) expect(await refusal(await turn(groupPhoto(1), degrees))).toMatch(/^face_/);
  });

  test('only a photo with an unclear or steeply tilted face costs additional detections, at most three', async () => {
    const { detect } = pipeline.stages;
    let detections = 0;
    const countFor = async (photo: Uint8Array): Promise<number> => {
      detections = 0;
      await examine(photo, 'embedding').catch(() => null);
      return detections;
    };
    Object.assign(pipeline.stages, {
      detect(...given: Parameters<typeof detect>) {
        detections += 1;
        return detect(...given);
      },
    });
    try {
      // The person in the portrait has a roll of 45°.
      expect(await countFor(await turn(portrait, -45))).toBe(1);
      expect(await countFor(await turn(portrait, -33))).toBe(1);
      expect(await countFor(await turn(portrait, 45))).toBe(4);
      expect(await countFor(await plain(400, 400).jpeg().toBuffer())).toBe(4);
    } finally {
      Object.assign(pipeline.stages, { detect });
    }
  });
});

describe('a photo is refused with its error code', () => {
  const text = Buffer.from('This is no picture, whatever its name says.');
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"/>');
  const grey = { width: 300, height: 300, channels: 3, background: '#808080' } as const;
  const noise = () => sharp({ create: { ...grey, noise: { type: 'gaussian', mean: 128, sigma: 40 } } });

  test.each<[string, FaceErrorCode, () => Promise<Buffer> | Buffer]>([
    ['text', 'photo_invalid', () => text],
    ['an SVG', 'photo_invalid', () => svg],
    ['an SVG after a JPEG signature', 'photo_invalid', () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), svg])],
    ['a GIF', 'photo_invalid', () => plain(200, 200).gif().toBuffer()],
    ['an AVIF', 'photo_invalid', () => plain(200, 200).avif().toBuffer()],
    ['a WebP signature alone', 'photo_invalid', () => Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1')],
    ['a strip one pixel high', 'photo_too_small', () => plain(500, 1).jpeg().toBuffer()],
    [
      'a PNG of 40 KB that declares 30,000 × 30,000 pixels',
      'photo_too_large',
      () => pngClaiming(30_000, 30_000, Buffer.alloc(40_000_000)),
    ],
    ['a JPEG of more than 10 MB', 'photo_too_large', () => Buffer.concat([portrait, Buffer.alloc(10 * 1024 * 1024)])],
    ['a PNG without enough pixel data', 'photo_invalid', () => pngClaiming(200, 200, Buffer.alloc(100))],
    ['an animated PNG', 'photo_animated', async () => toAnimatedPng(await plain(200, 200).png().toBuffer())],
    ['a picture of noise without a face', 'face_none', () => noise().jpeg().toBuffer()],
    ['a photo of three people', 'face_many', () => groupPhoto(1)],
  ])('%s results in %s', async (_what, code, make) => {
    expect(await refusal(await make())).toBe(code);
  });

  test.each<['jpeg' | 'png' | 'webp']>([['jpeg'], ['png'], ['webp']])(
    'a truncated %s file: photo_invalid',
    async (format) => {
      const whole = await sharp(portrait).toFormat(format).toBuffer();
      for (const share of [0.001, 0.01, 0.1, 0.5, 0.9, 0.99])
        expect(await refusal(whole.subarray(0, Math.floor(whole.length * share)))).toBe('photo_invalid');
    },
  );
});

describe('hostile bytes are refused with an error code and never crash the engine', () => {
  const isRefusal = (error: unknown): boolean => error instanceof FaceError && /^(photo|face)_/.test(error.code);
  const signatures = [
    [0xff, 0xd8, 0xff],
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    [...Buffer.from('RIFF....WEBP')],
  ];

  test('arbitrary bytes after a picture signature', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 400 }), async (signature, rest) => {
        const error = await pipeline
          .examine(Uint8Array.from([...signature, ...rest]), [], 'only')
          .catch((e: unknown) => e);
        expect(isRefusal(error)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('a real photo with altered bytes, which may also be accepted', async () => {
    const small = await sharp(portrait).resize(120).jpeg().toBuffer();
    const change = fc.tuple(fc.nat(small.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const photo = Uint8Array.from(small);
        for (const [at, value] of changes) photo[at] = value;
        const outcome = await pipeline.examine(photo, ['embedding', 'quality'], 'only').catch((e: unknown) => e);
        expect(outcome instanceof Error ? isRefusal(outcome) : true).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
