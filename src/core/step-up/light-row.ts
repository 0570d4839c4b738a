import type { Movement } from '../movements.js';
import type { Random } from '../ports.js';
import { complements, isPlain, type ScreenAxis, type ScreenLight, screenColours } from '../screen-light.js';
import { drawBelow } from './draw.js';

/*
 * Random lights during the movements. The second color of a pose is revealed only after the digest of the first picture
 * was sent, so a recording cannot show it. Split screens reveal the face's shape.
 * @see https://www.ndss-symposium.org/ndss2018/ Tang et al., Face Flashing
 */

export interface Asked {
  readonly movement: Movement;
  readonly light: ScreenLight | null;
}

const plain = (axis: ScreenAxis, colour: ScreenLight['first']): ScreenLight => ({
  axis,
  first: colour,
  second: colour,
});

function drawPair(axis: ScreenAxis, random: Random): readonly [ScreenLight, ScreenLight] {
  const left = [...screenColours];
  const [first = screenColours[0]] = left.splice(drawBelow(left.length, random), 1);
  const second = left[drawBelow(left.length, random)] ?? first;
  return [plain(axis, first), plain(axis, second)];
}

function drawHalves(axis: ScreenAxis, random: Random): readonly [ScreenLight, ScreenLight] {
  const [one, other] = complements[drawBelow(complements.length, random)] ?? complements[0];
  const [first, second] = drawBelow(2, random) === 0 ? [one, other] : [other, one];
  return [
    { axis, first, second },
    { axis, first: second, second: first },
  ];
}

/** Adds lights to the movements: 12 pictures for five poses, with one of 6 × 30⁵ possible sequences. */
export function drawLights(movements: readonly Movement[], axis: ScreenAxis, random: Random): readonly Asked[] {
  const halves = drawHalves(axis, random);
  return movements.flatMap((movement, at) =>
    [...(at === 0 ? halves : []), ...drawPair(axis, random)].map((light) => ({ movement, light })),
  );
}

export interface Pose<T extends Asked> {
  /** First picture of the pose, used for everything except light. */
  readonly shown: T;
  readonly halves: readonly T[];
  readonly after: T | null;
}

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
