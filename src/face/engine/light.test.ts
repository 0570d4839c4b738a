import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { twicePhotographed } from '../../../support/data/crafted-pictures.js';
import { forFile } from '../../../support/run/for-file.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { type Rgb, readLight } from './light.js';
import type { RawFaceAnalysis } from './pipeline.js';
import { createPipeline } from './pipeline.js';

const portrait = await twicePhotographed(1);
const pipeline = await forFile(createPipeline(modelsFolder));
const seen: RawFaceAnalysis = await pipeline.examine(portrait, ['light', 'landmarks'], 'only');

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

describe('the light reading of a face', () => {
  test('omits regions that are overexposed or entirely dark', async () => {
    for (const picture of [sharp(portrait).linear(6, 0), sharp(portrait).linear(0.05, 0)]) {
      const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const spoilt = { data: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
      const { regions } = readLight(spoilt, seen.face.box, seen.landmarks!);
      expect(regions.leftCheek).toBeNull();
    }
  });

  test('contains only finite numbers, or null, for any picture and landmarks', () => {
    const point = fc.record({
      x: fc.double({ min: -50, max: 90, noNaN: true }),
      y: fc.double({ min: -50, max: 90, noNaN: true }),
    });
    const isFine = (light: Rgb | null): boolean => light === null || light.every(Number.isFinite);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 40 * 30 * 3, maxLength: 40 * 30 * 3 }),
        fc.array(point, { minLength: 68, maxLength: 68 }),
        (data, landmarks) => {
          const reading = readLight(
            { data, widthPx: 40, heightPx: 30 },
            { x: 5, y: 5, width: 20, height: 20 },
            landmarks,
          );
          return [...Object.values(reading.regions), reading.background, ...reading.tones].every(isFine);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the texture of a face', () => {
  test('is similar under another light and differs between two people', async () => {
    const tinted = await sharp(portrait).linear([1.15, 0.95, 0.8], [0, 4, 8]).jpeg({ quality: 90 }).toBuffer();
    const somebody = await twicePhotographed(3);
    const of = async (photo: Uint8Array): Promise<Float32Array> =>
      (await pipeline.examine(photo, ['light'], 'only')).texture!;
    expect(cosine(await of(tinted), seen.texture!)).toBeGreaterThan(0.97);
    expect(cosine(await of(somebody), seen.texture!)).toBeLessThan(0.9);
    expect(cosine(seen.texture!, seen.texture!)).toBeCloseTo(1, 4);
  });
});
