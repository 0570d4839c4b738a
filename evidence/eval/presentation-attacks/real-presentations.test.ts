import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createEnginePool } from '../../../src/face/engine/pool.js';
import { attacks, makeGenuineFrames, readDemoHeads, type Scene } from '../../../support/face-video/index.js';
import { createFolder } from '../../../support/run/folder.js';
import { forFile } from '../../../support/run/for-file.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { measureRecorded } from './real-presentations.js';
import { readRecorded } from './recorded.js';

// Drawn frames in the place of recorded ones: they test the machinery, and give no rates.

const save = async (path: string, pictures: readonly Uint8Array[]): Promise<void> => {
  await mkdir(join(folder, path), { recursive: true });
  // Names of different lengths: the order is that of time.
  for (const [at, picture] of pictures.entries())
    await writeFile(join(folder, path, `f${at}_${at * 400}ms.jpg`), picture);
};

const folder: string = createFolder('recorded');
const engine = await forFile(createEnginePool({ modelsFolder, queueLimit: 64 }));
const [victim, attacker] = await readDemoHeads(engine);
const scene: Scene = {
  victim,
  attacker,
  movements: ['centre', 'left', 'right', 'up', 'down', 'centre'],
  seed: 'recorded',
};
const still = await attacks.find(({ name }) => name === 'still')!.makeFrames(scene);
const turning = await makeGenuineFrames(scene);
await save('movements/live/one', turning);
await save('movements/replay/one', turning);
await save('movements/still/one', still);
await save('movements/faceless/one', [Buffer.from('no picture')].slice(1));
await mkdir(join(folder, 'stills/live'), { recursive: true });
await writeFile(join(folder, 'stills/live/one_1.jpg'), turning[0]!);
await writeFile(join(folder, 'stills/live/one_2.jpg'), turning[5]!);
await writeFile(join(folder, 'stills/live/notes.txt'), 'no picture');

test('the frames of a clip are sorted by time, and files that are not pictures are ignored', async () => {
  const { stills, clips } = await readRecorded(folder);
  expect(stills.map(({ person }) => person)).toEqual(['one', 'one']);
  expect(clips.map(({ species }) => species)).toEqual(['live', 'replay', 'still']);
  expect(clips[0]!.files.map((file) => file.split('_').at(-1))).toEqual(
    [0, 400, 800, 1200, 1600, 2000].map((ms) => `${ms}ms.jpg`),
  );
});

describe('the movement judge with recorded clips', () => {
  test('passes a replay in which the head turns, and refuses a still picture', async () => {
    const { frames, real } = await measureRecorded([folder], () => {}, folder);
    expect(frames).toBe('recorded');
    expect(real).toMatchObject({
      live: { presentations: 3, stills: 2, clips: 1, movement: { passed: 0, of: 1 }, policy: { passed: 0, of: 1 } },
      replay: {
        presentations: 1,
        passive: { of: 1 },
        movement: { passed: 1, of: 1 },
        light: null,
        riapar: { movement: { rate: 1 } },
      },
      still: {
        movement: { passed: 0, of: 1, rate: 0 },
        policy: { passed: 0, of: 1 },
        riapar: { policy: { rate: 0 } },
      },
    });
    expect(real.live).not.toHaveProperty('riapar');
    // Three pictures of one person count as one person's.
    expect(real.live).toMatchObject({ passive: { of: 3, people: 1 } });
  });
});
