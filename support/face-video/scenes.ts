import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import type { Movement } from '../../src/core/movements.js';
import type { Head } from './head.js';
import { type Canvas, exposeAnew, toJpeg } from './raster.js';
import { type Shake, steady } from './turns.js';

export interface Setting {
  /** Target of the attack, of whom the attacker has one photo. */
  readonly victim: Head;
  readonly attacker: Head;
  readonly seed: string;
}

export interface Scene extends Setting {
  readonly movements: readonly Movement[];
}

export type Compose = (movement: Movement, chance: SeededRandom, shake: Shake) => Canvas;

/** Draws a frame for each movement, with its own random numbers. */
export const drawFrames = (
  { movements, seed }: Scene,
  draw: (movement: Movement, chance: SeededRandom) => Promise<Buffer>,
): Promise<readonly Buffer[]> =>
  Promise.all(movements.map((movement, at) => draw(movement, createSeededRandom(`${seed} ${at}`))));

export const takeFrames = (scene: Scene, compose: Compose): Promise<readonly Buffer[]> =>
  drawFrames(scene, (movement, chance) => toJpeg(exposeAnew(compose(movement, chance, steady), chance)));
