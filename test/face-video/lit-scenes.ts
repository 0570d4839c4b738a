import { type Chance, createChance } from '../../evidence/statistics/chance.js';
import type { Movement } from '../../src/core/movements.js';
import { complements, type ScreenAxis, type ScreenLight, screenColours } from '../../src/core/screen-light.js';
import type { Picture } from '../../src/engine/picture.js';
import { createCamera, type Drift, usualDrift } from './camera.js';
import { toMiddle } from './head.js';
import { drawLighting, type ScreenHalves, type Shown, shine } from './light.js';
import { type Canvas, toJpeg } from './raster.js';
import type { Compose, Setting } from './scenes.js';
import { drawShake, type Shake } from './turns.js';

/** What one frame of a light challenge asks, and what the screen shows when it is taken. */
export interface LitFrame {
  readonly movement: Movement;
  readonly light: ScreenLight;
}

/** The same, where a screen may show whichever colours. */
interface ShownFrame {
  readonly movement: Movement;
  readonly light: Shown;
}

/** As a scene, with a screen's light. */
export interface LitScene extends Setting {
  /** In their order; frames of one pose stand beside each other. */
  readonly steps: readonly ShownFrame[];
  /** What a white screen adds to the room's light on the face, as a share of it: .02 by a window to .3 in the evening. */
  readonly gain: number;
  /** Of another screen than a laptop's (across) or a phone's (down). */
  readonly screen?: ScreenHalves;
  /** How the camera changes by itself; as real ones do where absent. */
  readonly drift?: Drift;
}

/** The second picture of a pair is taken when the second colour has been told; another pose takes longer. */
const pairMs = 450;
const poseMs = 1200;

/** Two different colours of the six, any as probably as any other. */
function drawPair(axis: ScreenAxis, chance: Chance): readonly [ScreenLight, ScreenLight] {
  const one = chance.below(screenColours.length);
  const other = (one + 1 + chance.below(screenColours.length - 1)) % screenColours.length;
  const plain = (at: number): ScreenLight => ({ axis, first: screenColours[at], second: screenColours[at] });
  return [plain(one), plain(other)];
}

/**
 * The frames of a challenge as the core draws them: white halves at the first pose, and a pair of colours at each.
 * @param poses - the movements asked for, the looks ahead among them
 */
export function drawLitSteps(poses: readonly Movement[], axis: ScreenAxis, chance: Chance): readonly LitFrame[] {
  const [one, other] = complements[chance.below(complements.length)];
  const halves: readonly ScreenLight[] = [
    { axis, first: one, second: other },
    { axis, first: other, second: one },
  ];
  return poses.flatMap((movement, at) =>
    [...(at === 0 ? halves : []), ...drawPair(axis, chance)].map((light) => ({ movement, light })),
  );
}

/** The poses of a challenge, one after the other. */
const toPoses = (steps: readonly ShownFrame[]): readonly Movement[] =>
  steps.flatMap(({ movement }, at) => (steps[at - 1]?.movement === movement ? [] : [movement]));

/** Another challenge of the same make: other movements where they are given, and other colours. */
export const drawOtherSteps = (
  steps: readonly ShownFrame[],
  chance: Chance,
  toOthers: (poses: readonly Movement[]) => readonly Movement[] = (poses) => poses,
): readonly LitFrame[] => drawLitSteps(toOthers(toPoses(steps)), steps[0].light.axis, chance);

/** One frame as it is composed: pose and frame have draws of their own, so that those of a pose are alike. */
interface Composition {
  readonly step: ShownFrame;
  readonly isNewPose: boolean;
  readonly canvas: Canvas;
}

export type ComposeStep = (at: number, movement: Movement, chance: Chance, shake: Shake) => Canvas;

function* composeAll({ steps, seed }: LitScene, compose: ComposeStep): Generator<Composition> {
  let pose = -1;
  for (const [at, step] of steps.entries()) {
    const isNewPose = steps[at - 1]?.movement !== step.movement;
    if (isNewPose) pose += 1;
    const shake = drawShake(createChance(`${seed} shake ${at}`));
    yield { step, isNewPose, canvas: compose(at, step.movement, createChance(`${seed} ${pose}`), shake) };
  }
}

/** What one camera takes of a whole challenge, by the room's light and the screen's. */
export function takeLitPictures(scene: LitScene, compose: ComposeStep): readonly Picture[] {
  const { victim, seed, gain, screen, drift = usualDrift } = scene;
  const lighting = drawLighting(gain, createChance(`${seed} lighting`));
  const camera = createCamera(drift, createChance(`${seed} camera`));
  return Array.from(composeAll(scene, compose), ({ step, isNewPose, canvas }) => {
    const shone = shine(canvas, step.light, lighting, toMiddle(victim), victim.eyeDistancePx, screen);
    return camera.take(shone, isNewPose ? poseMs : pairMs);
  });
}

const toFrames = (pictures: readonly Picture[]): Promise<readonly Buffer[]> =>
  Promise.all(pictures.map((picture) => toJpeg(picture)));

/** A frame for each step, JPEG. */
export const takeLitFrames = (scene: LitScene, compose: Compose): Promise<readonly Buffer[]> =>
  toFrames(takeLitPictures(scene, (_at, ...asked) => compose(...asked)));

/** As many frames of what no camera took, and no light fell on: computed, and put in the camera's place. */
export const injectFrames = (
  scene: LitScene,
  compose: Compose,
  encode: (canvas: Canvas, chance: Chance) => Promise<Buffer>,
): Promise<readonly Buffer[]> =>
  Promise.all(
    Array.from(
      composeAll(scene, (_at, ...asked) => compose(...asked)),
      ({ canvas }, at) => encode(canvas, createChance(`${scene.seed} encoded ${at}`)),
    ),
  );
