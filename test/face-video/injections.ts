import { createChance } from '../../evidence/statistics/chance.js';
import { makeGenuineLitFrames } from './genuine.js';
import { drawOtherSteps, type LitScene } from './lit-scenes.js';

/** One way to put perfect frames of the person in the camera's place: all that is wrong with them is their light. */
export interface Injection {
  readonly name: string;
  /** A frame for each step, JPEG. */
  makeLitFrames(scene: LitScene): Promise<readonly Buffer[]>;
}

type Steps = LitScene['steps'];

const withLights = (steps: Steps, toLight: (at: number) => Steps[number]['light']): Steps =>
  steps.map(({ movement }, at) => ({ movement, light: toLight(at) }));

/** What is tried, each on its own. The names are those of the measured rates (docs/liveness.md). */
export const injections: readonly Injection[] = [
  // A recording of the right movements without any screen.
  { name: 'unlit', makeLitFrames: (scene) => makeGenuineLitFrames({ ...scene, gain: 0 }) },
  {
    // Lit by colours that were drawn as the server draws them.
    name: 'wronglyLit',
    makeLitFrames: (scene) =>
      makeGenuineLitFrames({ ...scene, steps: drawOtherSteps(scene.steps, createChance(`${scene.seed} guessed row`)) }),
  },
  {
    // A tint that follows the screen, one frame late: it does not wait to be told the second colour.
    name: 'lateLit',
    makeLitFrames: (scene) =>
      makeGenuineLitFrames({
        ...scene,
        steps: withLights(scene.steps, (at) => scene.steps[Math.max(0, at - 1)].light),
      }),
  },
  {
    // A recording under a white screen.
    name: 'whiteLit',
    makeLitFrames: (scene) =>
      makeGenuineLitFrames({
        ...scene,
        steps: withLights(scene.steps, (at) => ({
          axis: scene.steps[at].light.axis,
          first: '#ffffff',
          second: '#ffffff',
        })),
      }),
  },
  {
    // Another challenge of the person, recorded whole: the right movements by luck, the light of its own row.
    name: 'recordedRow',
    makeLitFrames: (scene) => {
      const seed = `${scene.seed} recorded`;
      return makeGenuineLitFrames({ ...scene, seed, steps: drawOtherSteps(scene.steps, createChance(seed)) });
    },
  },
];
