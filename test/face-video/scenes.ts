import { type Chance, createChance } from '../../evidence/statistics/chance.js';
import type { Movement } from '../../src/core/movements.js';
import type { Head } from './head.js';
import { type Canvas, exposeAnew, toJpeg } from './raster.js';
import { type Shake, steady } from './turns.js';

/** Whom and what somebody has, whatever is asked. */
export interface Setting {
  /** Whose enrolment is attacked, as the attacker has it: one photo. */
  readonly victim: Head;
  /** Somebody else: the attacker. */
  readonly attacker: Head;
  /** Frames with the same seed are the same. */
  readonly seed: string;
}

/** Who attacks, with what, and what the challenge asks. */
export interface Scene extends Setting {
  readonly movements: readonly Movement[];
}

/**
 * What stands before the camera when a movement is asked for, before any camera takes it.
 * @param shake - how far it has moved since the pose was reached
 */
export type Compose = (movement: Movement, chance: Chance, shake: Shake) => Canvas;

/** A frame for each movement, each by draws of its own. */
export const drawFrames = (
  { movements, seed }: Scene,
  draw: (movement: Movement, chance: Chance) => Promise<Buffer>,
): Promise<readonly Buffer[]> =>
  Promise.all(movements.map((movement, at) => draw(movement, createChance(`${seed} ${at}`))));

/** A frame for each movement, JPEG, lit by the room alone. */
export const takeFrames = (scene: Scene, compose: Compose): Promise<readonly Buffer[]> =>
  drawFrames(scene, (movement, chance) => toJpeg(exposeAnew(compose(movement, chance, steady), chance)));
