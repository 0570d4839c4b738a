import type { Movement } from './movements.js';
import { isPlain, type ScreenLight } from './screen-light.js';

export interface Instruction {
  readonly movement: Movement;
  readonly light: ScreenLight | null;
}

export interface Pose<T extends Instruction> {
  /** First picture of the pose, used for everything except light. */
  readonly shown: T;
  readonly halves: readonly T[];
  readonly after: T | null;
}

export function toPoses<T extends Instruction>(pictures: readonly T[]): readonly Pose<T>[] {
  const poses: { shown: T; halves: T[]; after: T | null }[] = [];
  let halves: T[] = [];
  for (const picture of pictures) {
    const { light, movement } = picture;
    const last = poses.at(-1);
    if (light !== null && !isPlain(light)) halves.push(picture);
    else if (light !== null && halves.length === 0 && last?.after === null && last.shown.movement === movement)
      last.after = picture;
    else {
      poses.push({ shown: picture, halves, after: null });
      halves = [];
    }
  }
  return poses;
}
