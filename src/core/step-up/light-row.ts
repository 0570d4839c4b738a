import type { Movement } from '../movements.js';
import type { Random } from '../ports.js';
import { complements, isPlain, type ScreenAxis, type ScreenLight, screenColours } from '../screen-light.js';
import { drawBelow } from './draw.js';

/*
 * A random row of lights beside the movements. At each pose the screen shows two colours, one after the other. The second is
 * told only once the picture under the first is committed to: whatever was recorded before cannot have its light. At the first
 * pose two screens come before whose halves have different colours, which tell how the face is shaped.
 * @see https://www.ndss-symposium.org/ndss2018/ Tang et al., Face Flashing: what light of random colours tells of a face
 */

/** What is asked for one picture. */
export interface Asked {
  readonly movement: Movement;
  /** `null` in a challenge of movements alone. */
  readonly light: ScreenLight | null;
}

const plain = (axis: ScreenAxis, colour: ScreenLight['first']): ScreenLight => ({
  axis,
  first: colour,
  second: colour,
});

/** Two of the six colours, in an order: each of the 30 as likely. */
function drawPair(axis: ScreenAxis, random: Random): readonly [ScreenLight, ScreenLight] {
  const left = [...screenColours];
  const [first = screenColours[0]] = left.splice(drawBelow(left.length, random), 1);
  const second = left[drawBelow(left.length, random)] ?? first;
  return [plain(axis, first), plain(axis, second)];
}

/** Two complements side by side, and the same changed over. */
function drawHalves(axis: ScreenAxis, random: Random): readonly [ScreenLight, ScreenLight] {
  const [one, other] = complements[drawBelow(complements.length, random)] ?? complements[0];
  const [first, second] = drawBelow(2, random) === 0 ? [one, other] : [other, one];
  return [
    { axis, first, second },
    { axis, first: second, second: first },
  ];
}

/** Lights a row of movements: 12 pictures for five poses, one of 6 × 30⁵ rows of colours. */
export function drawLights(movements: readonly Movement[], axis: ScreenAxis, random: Random): readonly Asked[] {
  const halves = drawHalves(axis, random);
  return movements.flatMap((movement, at) =>
    [...(at === 0 ? halves : []), ...drawPair(axis, random)].map((light) => ({ movement, light })),
  );
}

/** The pictures of one pose. */
export interface Pose<T extends Asked> {
  /** The one that shows it, and which everything but the light is told by. */
  readonly shown: T;
  /** Under two colours side by side. */
  readonly halves: readonly T[];
  /** Under the second colour; `null` without light. */
  readonly after: T | null;
}

/** Sorts the pictures of a challenge by pose: each has one shown picture, light or not. */
export function toPoses<T extends Asked>(pictures: readonly T[]): readonly Pose<T>[] {
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
