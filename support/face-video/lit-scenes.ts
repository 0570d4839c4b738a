import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import type { Movement } from '../../src/core/movements.js';
import { complements, type ScreenAxis, type ScreenLight, screenColours } from '../../src/core/screen-light.js';
import type { Picture } from '../../src/face/engine/picture.js';
import { createCamera } from './camera.js';
import { toMiddle } from './head.js';
import { drawLighting, type ScreenHalves, type Shown, shine } from './light.js';
import { type Canvas, toJpeg } from './raster.js';
import type { Compose, Setting } from './scenes.js';
import { drawShake, type Shake } from './turns.js';

export interface LitFrame {
  readonly movement: Movement;
  readonly light: ScreenLight;
}

interface ShownFrame {
  readonly movement: Movement;
  readonly light: Shown;
}

export interface LitScene extends Setting {
  /** Frames in the order of the challenge. Frames of one pose are adjacent. */
  readonly steps: readonly ShownFrame[];
  /** Screen light relative to room light: 0.02 next to a window, 0.3 in the evening. */
  readonly gain: number;
  readonly screen?: ScreenHalves;
}

/** Time between the two pictures of a pose, and time until a new pose. */
const pairMs = 450;
const poseMs = 1200;

function drawPair(axis: ScreenAxis, chance: SeededRandom): readonly [ScreenLight, ScreenLight] {
  const one = chance.below(screenColours.length);
  const other = (one + 1 + chance.below(screenColours.length - 1)) % screenColours.length;
  const plain = (at: number): ScreenLight => ({ axis, first: screenColours[at], second: screenColours[at] });
  return [plain(one), plain(other)];
}

/** Draws the colors of a challenge's frames at random, like the server. */
export function drawLitSteps(poses: readonly Movement[], axis: ScreenAxis, chance: SeededRandom): readonly LitFrame[] {
  const [one, other] = complements[chance.below(complements.length)];
  const halves: readonly ScreenLight[] = [
    { axis, first: one, second: other },
    { axis, first: other, second: one },
  ];
  return poses.flatMap((movement, at) =>
    [...(at === 0 ? halves : []), ...drawPair(axis, chance)].map((light) => ({ movement, light })),
  );
}

/** Every pose has a pair of frames, after the two split screens of the first. */
const toPoses = (steps: readonly ShownFrame[]): readonly Movement[] =>
  steps.slice(2).flatMap(({ movement }, at) => (at % 2 === 0 ? [movement] : []));

/** Draws a second challenge of the same kind, with different colors and optionally different movements. */
export const drawOtherSteps = (
  steps: readonly ShownFrame[],
  chance: SeededRandom,
  toOthers: (poses: readonly Movement[]) => readonly Movement[] = (poses) => poses,
): readonly LitFrame[] => drawLitSteps(toOthers(toPoses(steps)), steps[0].light.axis, chance);

/** Frame of a challenge. Pose and frame have separate random numbers, so that a pose's frames are similar. */
interface Composition {
  readonly step: ShownFrame;
  readonly isNewPose: boolean;
  readonly canvas: Canvas;
}

export type ComposeStep = (at: number, movement: Movement, chance: SeededRandom, shake: Shake) => Canvas;

function* composeAll({ steps, seed }: LitScene, compose: ComposeStep): Generator<Composition> {
  let pose = -1;
  for (const [at, step] of steps.entries()) {
    const isNewPose = steps[at - 1]?.movement !== step.movement;
    if (isNewPose) pose += 1;
    const shake = drawShake(createSeededRandom(`${seed} shake ${at}`));
    yield { step, isNewPose, canvas: compose(at, step.movement, createSeededRandom(`${seed} ${pose}`), shake) };
  }
}

/** Takes all pictures of a challenge with one camera, in room and screen light. */
export function takeLitPictures(scene: LitScene, compose: ComposeStep): readonly Picture[] {
  const { victim, seed, gain, screen } = scene;
  const lighting = drawLighting(gain, createSeededRandom(`${seed} lighting`));
  const camera = createCamera(createSeededRandom(`${seed} camera`));
  return Array.from(composeAll(scene, compose), ({ step, isNewPose, canvas }) => {
    const shone = shine(canvas, step.light, lighting, toMiddle(victim), victim.eyeDistancePx, screen);
    return camera.take(shone, isNewPose ? poseMs : pairMs);
  });
}

const toFrames = (pictures: readonly Picture[]): Promise<readonly Buffer[]> =>
  Promise.all(pictures.map((picture) => toJpeg(picture)));

export const takeLitFrames = (scene: LitScene, compose: Compose): Promise<readonly Buffer[]> =>
  toFrames(takeLitPictures(scene, (_at, ...asked) => compose(...asked)));

/** Renders frames for injection, without camera and screen light. */
export const injectFrames = (
  scene: LitScene,
  compose: Compose,
  encode: (canvas: Canvas, chance: SeededRandom) => Promise<Buffer>,
): Promise<readonly Buffer[]> =>
  Promise.all(
    Array.from(
      composeAll(scene, (_at, ...asked) => compose(...asked)),
      ({ canvas }, at) => encode(canvas, createSeededRandom(`${scene.seed} encoded ${at}`)),
    ),
  );
