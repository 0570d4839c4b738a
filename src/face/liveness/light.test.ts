import { describe, expect, test } from '@jest/globals';
import { toPhoto } from '../../../support/data/pictures.js';
import { testShare } from '../../../support/data/share.js';
import {
  attacks,
  drawLitSteps,
  injections,
  type LitFrame,
  type LitScene,
  makeGenuineLitFrames,
  readDemoHeads,
} from '../../../support/face-video/index.js';
import { forFile } from '../../../support/run/for-file.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { createSeededRandom } from '../../core/base/chance.js';
import type { LivenessFinding } from '../../core/ports.js';
import type { ScreenAxis } from '../../core/screen-light.js';
import type { FaceAnalysis } from '../engine/engine.js';
import { createEnginePool, type EnginePool } from '../engine/pool.js';
import { createMovementJudge } from './judge.js';

const engine = await forFile(createEnginePool({ modelsFolder, queueLimit: 64 }));
const heads = await readDemoHeads(engine);

/** Who is judged: the person of the demonstration whose drawn head passes every movement. */
const sceneOf = (seed: string, more: { gain?: number; axis?: ScreenAxis } = {}) => {
  const { gain = 0.3, axis = 'across' } = more;
  const steps = drawLitSteps(['centre', 'left', 'up', 'up'], axis, createSeededRandom(`row ${seed}`));
  return { victim: heads[0], attacker: heads[1], seed, gain, steps } satisfies LitScene;
};

const judge = (
  { steps }: { readonly steps: readonly LitFrame[] },
  pictures: readonly Uint8Array[],
  pool: EnginePool = engine,
): Promise<LivenessFinding> =>
  createMovementJudge({ engine: pool }).judge(
    { frames: pictures.map((picture, at) => ({ ...steps[at]!, photo: toPhoto(picture) })), looks: [] },
    testShare,
  );

const told = (finding: LivenessFinding, name: string): number | undefined =>
  finding.measurements.find((measurement) => measurement.name === name)?.value;
const lightOf = ({ reasons }: LivenessFinding): readonly string[] =>
  reasons.filter((reason) => reason.startsWith('light_'));

describe('the light judgement of a person in front of the screen', () => {
  test.each(['across', 'down'] as const)(
    'passes frames lit with the requested colours, screen halved %s',
    async (axis) => {
      const scene = sceneOf('told', { axis });
      const finding = await judge(scene, await makeGenuineLitFrames(scene));
      expect(finding).toMatchObject({ presence: 'light-1', pass: true, reasons: [] });
      expect(told(finding, 'light_gain')).toBeGreaterThan(0.05);
      expect(told(finding, 'light_normals') !== undefined).toBe(axis === 'across');
    },
  );

  test('in too bright a room, fails with light_gain as the only light reason and the hint too_bright', async () => {
    const scene = sceneOf('bright', { gain: 0.01 });
    const finding = await judge(scene, await makeGenuineLitFrames(scene));
    expect(lightOf(finding)).toEqual(['light_gain']);
    expect(finding).toMatchObject({ pass: false, hint: 'too_bright' });
  });
});

describe('genuine frames whose light differs from the challenge fail', () => {
  test.each(['unlit', 'wronglyLit', 'lateLit', 'whiteLit', 'recordedRow'])('the injection attack %s', async (name) => {
    const scene = sceneOf(name);
    const finding = await judge(scene, await injections.find((each) => each.name === name)!.makeLitFrames(scene));
    expect(finding).toMatchObject({ pass: false, hint: 'too_bright' });
    expect(lightOf(finding)).not.toEqual([]);
  });
});

describe('light signals', () => {
  test('a background that reflects as much as the face fails as a flat sheet', async () => {
    const scene = sceneOf('sheet');
    const asSheet = async (asked: Promise<FaceAnalysis>): Promise<FaceAnalysis> => {
      const examination = await asked;
      const { light } = examination;
      return light === null ? examination : { ...examination, light: { ...light, background: light.regions.forehead } };
    };
    const sheet: EnginePool = {
      ...engine,
      examine: (...asked) => asSheet(engine.examine(...asked)),
      examineAgain: (...asked) => asSheet(engine.examineAgain(...asked)),
    };
    const finding = await judge(scene, await makeGenuineLitFrames(scene), sheet);
    expect(finding.reasons).toEqual(['light_falloff']);
  });

  test('a replay on a screen fails, because glass adds its own light', async () => {
    const scene = sceneOf('screen');
    const finding = await judge(scene, await attacks.find(({ name }) => name === 'screen')!.makeLitFrames(scene));
    expect(lightOf(finding)).not.toEqual([]);
    expect(told(finding, 'light_material')).toBeLessThan(0.5);
  });

  test('the two sides of a nose reflect differently for a person, and less so for a bent print', async () => {
    const scene = sceneOf('nose');
    const person = await judge(scene, await makeGenuineLitFrames(scene));
    const print = await judge(scene, await attacks.find(({ name }) => name === 'bentPrint')!.makeLitFrames(scene));
    expect(told(person, 'light_normals')).toBeGreaterThan(told(print, 'light_normals') ?? 0);
  });

  test('another person in the frames of the second colours fails as a different face', async () => {
    const scene = sceneOf('changed over');
    const [recording, attacker] = await Promise.all([
      makeGenuineLitFrames(scene),
      makeGenuineLitFrames({ ...scene, victim: heads[1] }),
    ]);
    const frames = recording.map((frame, at) => (at >= 2 && at % 2 === 0 ? frame : attacker[at]!));
    const finding = await judge(scene, frames);
    expect(finding.reasons).toContain('light_same_face_0');
  });
});

test('embeddings and textures are zeroed, even if a picture cannot be read', async () => {
  const returned: FaceAnalysis[] = [];
  const keep = async (examination: Promise<FaceAnalysis>): Promise<FaceAnalysis> => {
    returned.push(await examination);
    return examination;
  };
  const watched: EnginePool = {
    ...engine,
    examine: (...asked) => keep(engine.examine(...asked)),
    examineAgain: (...asked) => keep(engine.examineAgain(...asked)),
  };
  const scene = sceneOf('left');
  const frames = await makeGenuineLitFrames(scene);
  await judge(scene, frames, watched);
  await expect(judge(scene, [...frames.slice(0, 9), Buffer.from('no picture')], watched)).rejects.toMatchObject({
    code: 'photo_invalid',
  });
  expect(returned).toHaveLength(10 + 9);
  for (const { embedding, texture } of returned) {
    if (embedding !== null) expect(embedding.use((values) => values.every((value) => value === 0))).toBe(true);
    expect(texture!.use((values) => values.every((value) => value === 0))).toBe(true);
  }
});
