import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEnginePool, type EnginePool } from '../../../src/engine/pool.js';
import { makeGenuineFrames, readDemoHeads } from '../../../test/face-video/index.js';
import { createFolder } from '../../../test/folder.js';
import { modelsFolder } from '../../../test/paths.js';
import { passiveBounds } from './passive-bounds.js';

// Drawn frames in the place of recorded ones: they test the machinery, and give no rates.

let folder: string;
let engine: EnginePool;

const save = async (path: string, pictures: readonly Uint8Array[]): Promise<void> => {
  await mkdir(join(folder, path), { recursive: true });
  for (const [at, picture] of pictures.entries()) await writeFile(join(folder, path, `${at}ms.jpg`), picture);
};

/** By the SHA-256 of their names, `dan` is of the half that bounds are set by, `bob` and `eve` of the other. */
beforeAll(async () => {
  folder = createFolder('bounds');
  engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  const [victim, attacker] = await readDemoHeads(engine);
  const frames = await makeGenuineFrames({
    victim,
    attacker,
    movements: ['centre', 'left', 'right', 'up', 'down', 'centre'],
    seed: 'bounds',
  });
  await save('camera/movements/live/dan', frames);
  await save('camera/movements/replay/eve', frames);
  await save('office/people/bob', frames.slice(0, 2));
});
afterAll(async () => {
  await engine.close();
});

test('people are refused and attacks pass, each on the half that its name is of, and the attacker takes the best', async () => {
  const folders = [join(folder, 'camera'), join(folder, 'office/people')];
  const { fit, judge, noResponse } = await passiveBounds.runOn!(folders, () => {}, folder);
  expect(noResponse).toBe(0);
  expect(fit).toMatchObject({
    one: { 'movements/live': { counted: 'refused', atBound: { '0.005': { passed: 0, of: 6, people: 1 } } } },
    five: { 'movements/live': { counted: 'refused', atBound: { '0.005': { passed: 0, of: 1 } } } },
  });
  expect(Object.keys((fit as { one: object }).one)).toEqual(['movements/live']);
  expect(judge).toMatchObject({
    one: {
      'movements/replay': { counted: 'passed', atBound: { '0.005': { passed: 6, of: 6 } } },
      'office/people': { counted: 'refused', atBound: { '0.005': { of: 2 } } },
    },
    five: { 'movements/replay': { counted: 'passed', atBound: { '0.5': { passed: 1, of: 1 } } } },
  });
  // Two pictures are no five.
  expect(Object.keys((judge as { five: object }).five)).toEqual(['movements/replay']);
  const replay = (judge as { five: Record<string, { highest: number }> }).five['movements/replay']!;
  const live = (fit as { five: Record<string, { highest: number }> }).five['movements/live']!;
  expect(replay.highest).toBeGreaterThanOrEqual(live.highest);
  expect(await readFile(join(folder, 'passive-bounds.md'), 'utf8')).toContain('| `movements/replay`, **passed** | 1 |');
});
