import { createSeededRandom } from '../../src/core/base/chance.js';
import { makeGenuineLitFrames } from './genuine.js';
import { drawOtherSteps, type LitScene } from './lit-scenes.js';

export interface Injection {
  readonly name: string;
  makeLitFrames(scene: LitScene): Promise<readonly Buffer[]>;
}

type Steps = LitScene['steps'];

const withLights = (steps: Steps, toLight: (at: number) => Steps[number]['light']): Steps =>
  steps.map(({ movement }, at) => ({ movement, light: toLight(at) }));

/** All injections, named as in the measured rates (docs/light.md). */
export const injections: readonly Injection[] = [
  { name: 'unlit', makeLitFrames: (scene) => makeGenuineLitFrames({ ...scene, gain: 0 }) },
  {
    name: 'wronglyLit',
    makeLitFrames: (scene) =>
      makeGenuineLitFrames({
        ...scene,
        steps: drawOtherSteps(scene.steps, createSeededRandom(`${scene.seed} guessed row`)),
      }),
  },
  {
    // Injected frames, tinted with the screen color of the frame before.
    name: 'lateLit',
    makeLitFrames: (scene) =>
      makeGenuineLitFrames({
        ...scene,
        steps: withLights(scene.steps, (at) => scene.steps[Math.max(0, at - 1)].light),
      }),
  },
  {
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
    name: 'recordedRow',
    makeLitFrames: (scene) => {
      const seed = `${scene.seed} recorded`;
      return makeGenuineLitFrames({ ...scene, seed, steps: drawOtherSteps(scene.steps, createSeededRandom(seed)) });
    },
  },
];
