import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { twicePhotographed } from '../../../support/data/crafted-pictures.js';
import { forFile } from '../../../support/run/for-file.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { toCode } from '../../errors.js';
import { qualitySignals } from '../verifier/screening.js';
import { createPipeline } from './pipeline.js';
import { isWithin, qualityBounds, qualityMeasures, toMeasures } from './quality.js';
import { straighten, turnWhole } from './turned.js';

const pipeline = await forFile(createPipeline(modelsFolder));

const turn = (photo: Uint8Array, degrees: number): Promise<Buffer> => sharp(photo).rotate(degrees).jpeg().toBuffer();
const embed = async (photo: Uint8Array): Promise<Float32Array> =>
  (await pipeline.examine(photo, ['embedding'], 'only')).embedding!;

test('a photo rotated by 90, 180 or 270 degrees yields the same face', async () => {
  const portrait = await twicePhotographed(1);
  const upright = await embed(portrait);
  for (const degrees of [90, 180, 270]) {
    const turned = await embed(await turn(portrait, degrees));
    expect(upright.reduce((sum, value, at) => sum + value * turned[at]!, 0)).toBeGreaterThan(0.9);
  }
});

test('a rotated photo of several people is refused', async () => {
  const near = await sharp(await twicePhotographed(1))
    .resize(315)
    .png()
    .toBuffer();
  const wall = sharp({ create: { width: 2016, height: 1512, channels: 3, background: '#707070' } });
  const both = [300, 1300].map((left) => ({ input: near, left, top: 750 }));
  const turned = await turn(await wall.composite(both).png().toBuffer(), 90);
  // Without a turn, no face is found.
  expect((await pipeline.detect(turned)).faces).toEqual([]);
  expect(await pipeline.examine(turned, ['embedding'], 'only').then(() => null, toCode)).toBe('face_many');
});

test('every photo of the demo meets all quality bounds of an enrolment', async () => {
  const { person, stranger } = await loadPictures();
  for (const photo of [...person, stranger]) {
    const seen = await pipeline.examine(photo, qualitySignals, 'only');
    const measures = toMeasures(seen);
    expect(qualityMeasures.filter((name) => !isWithin(qualityBounds[name], measures[name]))).toEqual([]);
  }
});

test('a face box in a rotated picture is mapped back to the original picture', () => {
  const widthPx = 30;
  const heightPx = 20;
  const data = new Uint8Array(3 * widthPx * heightPx);
  data.fill(255, 3 * (4 * widthPx + 25), 3 * (4 * widthPx + 26));
  for (const degrees of [90, 180, 270] as const) {
    const { picture, toGiven } = turnWhole({ data, widthPx, heightPx }, degrees);
    const at = picture.data.indexOf(255) / 3;
    const x = at % picture.widthPx;
    const y = Math.floor(at / picture.widthPx);
    const box = toGiven({ x, y, width: 1, height: 1 });
    for (const [name, value] of Object.entries({ x: 25, y: 4, width: 1, height: 1 }))
      expect(box).toHaveProperty(name, expect.closeTo(value, 6));
    const straight = straighten({ data, widthPx, heightPx }, box, degrees);
    expect(straight.picture.data.indexOf(255)).toBe((3 * straight.picture.data.length) / 3 / 2 - 1.5);
  }
});
