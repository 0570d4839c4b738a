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
import { BadInput } from '../../corpus/bad-input.js';
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
  const times = ['f0_00000ms.jpg', 'f1_00450ms.jpg', 'f2_00900ms.jpg'];
  await save('still-selfies/live/restless', times, await draw([still, still, still], { ...usualDrift, exposure: 0.1 }));
  await save('still-selfies/live/quiet', times, await draw([still, still, still], noDrift));
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

type Spread = Readonly<Record<'red' | 'green' | 'blue' | 'luminance', number>>;
type Row = { readonly pairs: number; readonly faceAlone: Spread; readonly oneRegionAlone: Spread };
type Rows = Readonly<Record<string, { readonly rows: readonly Row[] }>>;

const run = (folders: readonly string[]) => lightNoise.runOn!(folders, () => {}, null);

test('each clip has its pairs at each lag, and a restless camera changes faces more than a quiet one', async () => {
  const { holdingStill, pauses, flashPairs } = await run([folder]);
  expect(pauses).toMatchObject({ '450 ms': { rows: [{ clip: 'all', pairs: 0 }] } });
  expect(holdingStill).toMatchObject({
    '100 ms': {
      rows: [
        { clip: 'quiet', pairs: 0 },
        { clip: 'restless', pairs: 0 },
        { clip: 'all', pairs: 0 },
      ],
    },
    '450 ms': {
      rows: [
        { clip: 'quiet', pairs: 2 },
        { clip: 'restless', pairs: 2 },
        { clip: 'all', pairs: 4 },
      ],
    },
    '900 ms': {
      rows: [
        { clip: 'quiet', pairs: 1 },
        { clip: 'restless', pairs: 1 },
        { clip: 'all', pairs: 2 },
      ],
    },
  });
  const [quiet, restless] = (holdingStill as unknown as Rows)['450 ms']!.rows;
  expect(restless!.faceAlone.luminance).toBeGreaterThan(4 * quiet!.faceAlone.luminance);
  const [{ pair, answers }] = flashPairs as unknown as [{ pair: string; answers: Record<string, number> }];
  expect(pair).toBe('live one');
  // The screen adds half of the room's light to a face, and to a room at most three tenths of that.
  expect(answers.faceMinusBackground).toBeGreaterThan(0.15);
  expect(answers.faceMinusBackground).toBeLessThan(Math.log(1.5));
  expect(answers.background).toBeLessThan(Math.log(1.16));
});

test('drawn faces change by themselves about as those of real clips do, from which the drift was set', async () => {
  const { holdingStill } = await run([join(folder, 'usual')]);
  const [{ pairs, faceAlone, oneRegionAlone }] = (holdingStill as unknown as Rows)['450 ms']!.rows as [Row];
  expect(pairs).toBe(9);
  // Real ones, four people: .7 to 1.1 % and 1.9 % (the whole face), 1.3 to 1.8 % and 3.1 % (one region).
  for (const channel of ['red', 'green', 'blue'] as const) {
    expect(faceAlone[channel]).toBeGreaterThan(0.003);
    expect(faceAlone[channel]).toBeLessThan(0.02);
    expect(oneRegionAlone[channel]).toBeGreaterThan(0.006);
    expect(oneRegionAlone[channel]).toBeLessThan(0.03);
  }
  expect(faceAlone.luminance).toBeGreaterThan(0.008);
  expect(faceAlone.luminance).toBeLessThan(0.04);
});

type UnderRows = Readonly<Record<string, { readonly gain: { readonly nineteenOf20: number } }>>;

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

test('clips whose light is that of a row answer that row', async () => {
  const lit = join(folder, 'lit');
  const colours = ['#ff6868', '#68ff68', '#6868ff'] as const;
  const steps = Array.from(
    { length: 10 },
    (_, at) => ({ movement: 'centre', light: plain(colours[at % 3]!) }) as const,
  );
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  const [victim, attacker] = await readDemoHeads(engine);
  await engine.close();
  const frames = await makeGenuineLitFrames({ victim, attacker, seed: 'lit', steps, gain: 0.3, drift: noDrift });
  await mkdir(join(lit, 'still-selfies/live/two'), { recursive: true });
  for (const [at, frame] of frames.entries())
    await writeFile(join(lit, `still-selfies/live/two/f${at}_${at * 450}ms.jpg`), frame);
  const { holdingStill } = (await run([lit])).underRows as unknown as UnderRows;
  const { holdingStill: unlit } = (await run([join(folder, 'usual')])).underRows as unknown as UnderRows;
  expect(holdingStill!.gain.nineteenOf20).toBeGreaterThan(3 * unlit!.gain.nineteenOf20);
});

test('a folder without clips of people is refused, and so are two', async () => {
  await expect(run([join(folder, 'flash-pairs')])).rejects.toThrow(BadInput);
  await expect(run([folder, folder])).rejects.toThrow(BadInput);
});
