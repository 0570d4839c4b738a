import { beforeAll, expect, test } from '@jest/globals';
import { createChance } from '../../evidence/statistics/chance.js';
import { complements, isPlain, toLinear } from '../../src/core/screen-light.js';
import { createEnginePool } from '../../src/engine/pool.js';
import { modelsFolder } from '../paths.js';
import {
  attacks,
  drawLitSteps,
  type Head,
  injections,
  type LitScene,
  makeGenuineLitFrames,
  readDemoHeads,
  readPicture,
} from './index.js';
import { lightOfLevel } from './linear.js';

let heads: readonly Head[];
beforeAll(async () => {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  heads = await readDemoHeads(engine);
  await engine.close();
});

const poses = ['centre', 'left', 'up', 'right', 'centre'] as const;
const stepsOf = (seed: string) => drawLitSteps(poses, 'across', createChance(seed));
const sceneOf = (seed: string): LitScene => ({
  victim: heads[0]!,
  attacker: heads[1]!,
  seed,
  steps: stepsOf(seed),
  gain: 0.15,
});

/** The colour of the middle of the face, each channel as a logarithm less their mean. */
async function readChroma(frame: Uint8Array): Promise<number[]> {
  const { data, widthPx } = await readPicture(frame);
  const { x, y } = heads[0]!.landmarks[29]!;
  const sums = [0, 0, 0];
  for (let row = -40; row < 40; row += 1)
    for (let column = -40; column < 40; column += 1) {
      const at = ((Math.round(y) + row) * widthPx + Math.round(x) + column) * 3;
      for (let channel = 0; channel < 3; channel += 1) sums[channel]! += lightOfLevel[data[at + channel]!]!;
    }
  return lessMean(sums.map((sum) => Math.log(sum)));
}

const lessMean = (values: readonly number[]): number[] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
};

/** How the changes of a face's colour, from the first picture of each pair to the second, go with those of the row. */
async function correlate(steps: LitScene['steps'], frames: readonly Uint8Array[]): Promise<number> {
  const seen = await Promise.all(frames.map(readChroma));
  const told = steps.map(({ light }) => lessMean([...toLinear(light.first)]));
  const seconds = steps.flatMap(({ light }, at) => (at % 2 === 1 && isPlain(light) ? [at] : []));
  const changes = (of: readonly number[][]) =>
    seconds.flatMap((at) => of[at]!.map((value, channel) => value - of[at - 1]![channel]!));
  const [d, t] = [changes(seen), changes(told)];
  const dot = (one: readonly number[], other: readonly number[]) =>
    one.reduce((sum, value, at) => sum + value * other[at]!, 0);
  return dot(d, t) / Math.sqrt(dot(d, d) * dot(t, t));
}

test('a challenge has two complements side by side at the first look ahead and two different colours at each pose', () => {
  const steps = stepsOf('make');
  expect(steps.map(({ movement }) => movement)).toEqual([
    'centre',
    'centre',
    'centre',
    'centre',
    'left',
    'left',
    'up',
    'up',
    'right',
    'right',
    'centre',
    'centre',
  ]);
  const [one, other] = steps.slice(0, 2).map(({ light }) => [light.first, light.second]);
  expect(complements.flatMap((pair) => [[...pair], pair.toReversed()])).toContainEqual(one);
  expect(other).toEqual(one!.toReversed());
  const pairs = new Set<string>();
  for (let draw = 0; draw < 400; draw += 1) {
    const lights = stepsOf(`draw ${draw}`).map(({ light }) => light);
    for (let at = 2; at < 12; at += 2) {
      expect(isPlain(lights[at]!) && isPlain(lights[at + 1]!)).toBe(true);
      pairs.add(`${lights[at]!.first} ${lights[at + 1]!.first}`);
    }
  }
  expect([...pairs].filter((pair) => new Set(pair.split(' ')).size !== 2)).toEqual([]);
  expect(pairs.size).toBe(30);
});

test('a person answers the row that was told', async () => {
  const scene = sceneOf('told');
  expect(await correlate(scene.steps, await makeGenuineLitFrames(scene))).toBeGreaterThan(0.85);
});

test.each(injections.map((each) => [each.name, each] as const))(
  '%s does not answer it',
  async (_, { makeLitFrames }) => {
    const scene = sceneOf('told');
    const frames = await makeLitFrames(scene);
    expect(frames).toHaveLength(12);
    expect(await correlate(scene.steps, frames)).toBeLessThan(0.7);
  },
);

const shortSteps = drawLitSteps(['centre', 'left'], 'down', createChance('short'));

test.each(attacks.map((each) => [each.name, each] as const))(
  '%s has a frame for each step',
  async (_, { makeLitFrames }) => {
    const frames = await makeLitFrames({ ...sceneOf('short'), steps: shortSteps });
    expect(frames).toHaveLength(6);
    expect(new Set(frames.map((frame) => frame.toString('base64'))).size).toBeGreaterThan(1);
    for (const frame of frames) expect(await readPicture(frame)).toMatchObject({ widthPx: 640, heightPx: 480 });
  },
);

test('frames are the same for the same seed, and others for another', async () => {
  const [one, again, other] = await Promise.all(
    ['a', 'a', 'b'].map((seed) => makeGenuineLitFrames({ ...sceneOf(seed), steps: shortSteps })),
  );
  expect(one!.map((frame, at) => Buffer.compare(frame, again![at]!))).toEqual(shortSteps.map(() => 0));
  expect(one!.map((frame, at) => Buffer.compare(frame, other![at]!))).not.toContain(0);
});
