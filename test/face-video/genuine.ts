import type { Picture } from '../../src/engine/picture.js';
import { composeTurned, drawSway, type Head } from './head.js';
import { type LitScene, takeLitFrames, takeLitPictures } from './lit-scenes.js';
import { type Compose, type Scene, takeFrames } from './scenes.js';
import { drawTurn, shaken } from './turns.js';

/** Composes a head that turns as asked. */
export const composeHead =
  (head: Head): Compose =>
  (movement, chance, shake) => {
    const turn = shaken(drawTurn(movement, chance), shake);
    return composeTurned(head, turn, drawSway(chance));
  };

/** Makes frames of a genuine person. */
export const makeGenuineFrames = (scene: Scene): Promise<readonly Buffer[]> =>
  takeFrames(scene, composeHead(scene.victim));

/** Makes frames of a genuine person lit by the screen. */
export const makeGenuineLitFrames = (scene: LitScene): Promise<readonly Buffer[]> =>
  takeLitFrames(scene, composeHead(scene.victim));

/** Makes these pictures without encoding. */
export const takeGenuineLitPictures = (scene: LitScene): readonly Picture[] => {
  const compose = composeHead(scene.victim);
  return takeLitPictures(scene, (_at, ...asked) => compose(...asked));
};
