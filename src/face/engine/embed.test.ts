import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { twicePhotographed } from '../../../support/data/crafted-pictures.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { decode, readHeader } from './decode.js';
import { createFaceDetector } from './detect.js';
import { createFaceEmbedder, presets } from './embed.js';
import { type Alignment, alignFace, createLandmarkFinder } from './landmarks.js';
import { loadModels, type Models } from './models.js';
import type { Picture } from './picture.js';
import { loadRuntime } from './runtime.js';

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

type EmbeddedViews = 'face' | 'face_and_mirror';
const embed = (views: EmbeddedViews) =>
  createFaceEmbedder(models.embed, { ...presets.facestep, mirror: views === 'face_and_mirror' })(picture, alignment);

test.each<[EmbeddedViews]>([['face'], ['face_and_mirror']])(
  'the model’s input buffer is zero after embedding the view "%s"',
  async (views) => {
    await embed(views);
    expect(models.embed.input.every((value) => value === 0)).toBe(true);
  },
);
