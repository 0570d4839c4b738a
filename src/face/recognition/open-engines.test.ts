import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { presets } from '../engine/embed.js';
import { engineEntryGuard, parametersFile } from '../token/parameters.js';
import { rotationLabel } from '../token/views.js';
import { openEngines } from './open-engines.js';
import { nameOf, openRegistry, toRecognitionModel } from './registry.js';

const deps = { clock: createManualClock(), random: systemRandom };
const published = JSON.parse(readFileSync(parametersFile, 'utf8')) as { engines: object[] };

/** A folder with one measured engine. */
async function keepEngine(label: string, numbers: number, rotation: object) {
  const folder = createFolder(label);
  const registry = openRegistry(folder, deps);
  const file = Buffer.from(label);
  const model = toRecognitionModel(file, { input: 'face', output: 'numbers', numbers });
  const added = await registry.add({ label, licence: 'ours', origin: 'us', model, preprocess: presets.facestep }, file);
  const entry = engineEntryGuard.parse({ ...published.engines.at(-1), ...rotation, id: added.number, name: label });
  return { folder, name: nameOf(await registry.setParameters(added, entry)) };
}

test('an engine with 257 values and the rotation is opened and becomes the current engine', async () => {
  const { folder, name } = await keepEngine('fit', 257, { rotation: rotationLabel });
  const { parameters, refused } = await openEngines({ engine: name, folder }, deps);
  expect(parameters.current).toMatchObject({ id: 128, name });
  expect(refused).toEqual([]);
});

describe.each([
  ['measured before embeddings were rotated', 512, {}, 'import and measure its model again'],
  ['with 256 values and the rotation', 256, { rotation: rotationLabel }, 'at least 257 are needed'],
])('a custom engine %s', (_name, numbers, rotation, reason) => {
  test('is refused as the current engine, and the configuration error states the reason', async () => {
    const { folder, name } = await keepEngine(`current-${numbers}`, numbers, rotation);
    await expect(openEngines({ engine: name, folder }, deps)).rejects.toMatchObject({
      code: 'config_invalid',
      detail: { problems: [{ path: 'recognition.engine', reason: expect.stringContaining(reason) }] },
    });
  });

  test('is refused as a previous engine, and its model is not loaded', async () => {
    const { folder, name } = await keepEngine(`former-${numbers}`, numbers, rotation);
    const { parameters, recognisers, refused } = await openEngines({ engine: null, folder }, deps);
    expect([...parameters.engines.keys()]).toEqual([1, 2, 3]);
    expect(recognisers).toEqual([]);
    expect(refused).toEqual([name]);
  });
});
