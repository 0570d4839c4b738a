import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { twicePhotographed } from '../../test/crafted-pictures.js';
import { modelsFolder } from '../../test/paths.js';
import { type Alignment, alignedSizePx, alignFace } from './align.js';
import { decode } from './decode.js';
import { createFaceDetector } from './detect.js';
import { createFaceEmbedder } from './embed.js';
import { readHeader } from './header.js';
import { createLandmarkFinder } from './landmarks.js';
import { loadRuntime } from './load-runtime.js';
import { loadModels, type Models } from './models.js';
import type { Picture } from './picture.js';
import { presets } from './preprocess.js';

let models: Models;
let picture: Picture;
let alignment: Alignment;
beforeAll(async () => {
  models = await loadModels(modelsFolder, await loadRuntime());
  const photo = await twicePhotographed(1);
  picture = await decode(photo, await readHeader(photo), 1, null);
  const [face] = await createFaceDetector(models.detect)(picture, 'sure');
  alignment = alignFace(await createLandmarkFinder(models.landmarks)(picture, face!.box));
});
afterAll(async () => {
  for (const model of Object.values(models)) await model.close();
});

/** The same places, read from right to left. */
const toMirrored = ({ origin, across, down }: Alignment): Alignment => ({
  origin: { x: origin.x + (alignedSizePx - 1) * across.x, y: origin.y + (alignedSizePx - 1) * across.y },
  across: { x: -across.x, y: -across.y },
  down,
});

type EmbeddedViews = 'face' | 'face_and_mirror';
const describeFace = (views: EmbeddedViews, at: Alignment) =>
  createFaceEmbedder(models.embed, { ...presets.facestep, mirror: views === 'face_and_mirror' })(picture, at);
const embed = async (views: EmbeddedViews, at: Alignment) => (await describeFace(views, at)).embedding;
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const greatestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((greatest, value, at) => Math.max(greatest, Math.abs(value - b[at]!)), 0);

test('face_and_mirror is the mean direction of the face and of its mirror image', async () => {
  const face = await embed('face', alignment);
  const mirror = await embed('face', toMirrored(alignment));
  expect(dot(face, mirror)).toBeLessThan(0.999);
  const length = Math.sqrt(2 + 2 * dot(face, mirror));
  const mean = face.map((value, at) => (value + mirror[at]!) / length);
  const both = await embed('face_and_mirror', alignment);
  expect(dot(both, both)).toBeCloseTo(1, 6);
  expect(greatestDifference(both, mean)).toBeLessThan(1e-5);
});

test.each<[EmbeddedViews]>([['face'], ['face_and_mirror']])('%s leaves nothing in the model', async (views) => {
  await embed(views, alignment);
  expect(models.embed.input.every((value) => value === 0)).toBe(true);
});
