import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { createEnginePool } from '../../../src/engine/pool.js';
import {
  type Drift,
  type LitScene,
  makeGenuineLitFrames,
  noDrift,
  readDemoHeads,
  usualDrift,
} from '../../../test/face-video/index.js';
import { createFolder } from '../../../test/folder.js';
import { modelsFolder } from '../../../test/paths.js';
import { lightNoise } from './light-noise.js';

// Drawn frames in the place of recorded ones: they test the machinery, and give no figures.

const plain = (first: `#${string}`) => ({ axis: 'across', first, second: first }) as const;
const still = { movement: 'centre', light: plain('#000000') } as const;
const flash = { movement: 'centre', light: plain('#ffffff') } as const;

let folder: string;
beforeAll(async () => {
  folder = createFolder('light-noise');
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  const [victim, attacker] = await readDemoHeads(engine);
  await engine.close();
  const draw = (steps: LitScene['steps'], drift: Drift) =>
    makeGenuineLitFrames({ victim, attacker, seed: 'noise', steps, gain: 0.5, drift });
  const save = async (path: string, names: readonly string[], frames: readonly Uint8Array[]): Promise<void> => {
    await mkdir(join(folder, path), { recursive: true });
    for (const [at, frame] of frames.entries()) await writeFile(join(folder, path, names[at]!), frame);
  };
  const usualTimes = Array.from({ length: 10 }, (_, at) => `f${at}_${at * 450}ms.jpg`);
  await save(
    'usual/still-selfies/live/one',
    usualTimes,
    await draw(
      Array.from(usualTimes, () => still),
      usualDrift,
    ),
  );
  await save('flash-pairs/live', ['one_background.jpg', 'one_flash.jpg'], await draw([still, flash], noDrift));
});

test('unlit clips are held against rows of lights, and what is kept names no clip', async () => {
  const out = createFolder('light-noise-kept');
  const { underRows } = await lightNoise.runOn!([join(folder, 'usual')], () => {}, out);
  expect(underRows).toEqual({
    holdingStill: {
      clips: 1,
      rowsOfEach: 1000,
      gain: expect.anything(),
      noseSides: expect.anything(),
      seemsLit: expect.objectContaining({ of: 1000, people: 1 }),
      passes: expect.objectContaining({ passed: 0, of: 1000 }),
    },
    moving: { clips: 0 },
    replays: { clips: 0 },
  });
  const kept = await readFile(join(out, 'light-noise.json'), 'utf8');
  expect(JSON.parse(kept)).toMatchObject({ command: 'npm run eval -- light-noise', underRows });
  expect(JSON.parse(kept).holdingStill['450ms'].all).toMatchObject({ clip: 'all', pairs: 9 });
  expect(kept).not.toContain('"one"');
});
