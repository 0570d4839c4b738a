import type { Picture } from '../../src/face/engine/picture.js';
import { composeTurned, drawSway, type Head } from './head.js';
import { type LitScene, takeLitFrames, takeLitPictures } from './lit-scenes.js';
import { type Compose, type Scene, takeFrames } from './scenes.js';
import { drawTurn, shaken } from './turns.js';

export const composeHead =
  (head: Head): Compose =>
  (movement, chance, shake) => {
    const turn = shaken(drawTurn(movement, chance), shake);
    return composeTurned(head, turn, drawSway(chance));
  };

export const makeGenuineFrames = (scene: Scene): Promise<readonly Buffer[]> =>
  takeFrames(scene, composeHead(scene.victim));

export const makeGenuineLitFrames = (scene: LitScene): Promise<readonly Buffer[]> =>
  takeLitFrames(scene, composeHead(scene.victim));

export const takeGenuineLitPictures = (scene: LitScene): readonly Picture[] => {
  const compose = composeHead(scene.victim);
  return takeLitPictures(scene, (_at, ...asked) => compose(...asked));
};
