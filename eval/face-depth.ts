import type { Landmarks, Pose } from '../src/engine/engine.js';
import type { Point } from '../src/engine/picture.js';
import { createEnginePool } from '../src/engine/pool.js';
import { FaceError } from '../src/errors.js';
import { faceDepth } from '../src/liveness/depth.js';
import { toMeanShape, toParallax, toReliefTurn } from '../src/liveness/relief.js';
import { toPoseTurn } from '../src/liveness/turn.js';
import { face, people } from '../test/faces.js';
import { modelsFolder } from '../test/paths.js';
import { toPhoto } from '../test/pictures.js';
import type { EvalProgram } from './program.js';
import { type Half, toHalf } from './split.js';

/** Photos of one person that are looked at, so that the most photographed do not decide. */
const photosOfOne = 8;

/** How far apart two photos have to be turned to tell anything of depth. */
const leastTurn = { yawDeg: 12, pitchDeg: 10 };

/** The other half of a face, point by point, in the numbering of 300-W. */
const mirrored = [
  ...Array.from({ length: 17 }, (_, at) => 16 - at),
  ...Array.from({ length: 10 }, (_, at) => 26 - at),
  ...[27, 28, 29, 30, 35, 34, 33, 32, 31],
  ...[45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40],
  ...[54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55],
  ...[64, 63, 62, 61, 60, 67, 66, 65],
];

interface Seen {
  readonly pose: Pose;
  readonly landmarks: Landmarks;
}

/** A photo that looks about straight ahead and another of the same person. */
interface Pair {
  readonly frontal: Seen;
  readonly other: Seen;
}

/** The unit vector that explains most of the parallaxes, both coordinates of all pairs, by power iteration. */
function toFirstPattern(parallaxes: readonly (readonly Point[])[]): number[] {
  let pattern: number[] = Array.from({ length: 68 }, (_, at) => (at === 30 ? 1 : 0));
  for (let round = 0; round < 50; round += 1) {
    const next = new Array<number>(68).fill(0);
    for (const parallax of parallaxes)
      for (const read of [({ x }: Point) => x, ({ y }: Point) => y]) {
        const along = parallax.reduce((sum, point, at) => sum + pattern[at] * read(point), 0);
        for (const [at, point] of parallax.entries()) next[at] += along * read(point);
      }
    const length = Math.hypot(...next);
    pattern = next.map((value) => value / length);
  }
  return pattern;
}

function correlate(pairs: readonly (readonly [number, number])[]): { correlation: number; slope: number } {
  const mean = (read: (pair: readonly [number, number]) => number): number =>
    pairs.reduce((sum, pair) => sum + read(pair), 0) / pairs.length;
  const [x, y] = [mean(([a]) => a), mean(([, b]) => b)];
  const xx = mean(([a]) => (a - x) ** 2);
  const yy = mean(([, b]) => (b - y) ** 2);
  const xy = mean(([a, b]) => (a - x) * (b - y));
  const round = (value: number): number => Number(value.toFixed(3));
  return { correlation: round(xy / Math.sqrt(xx * yy)), slope: round(xy / xx) };
}

/** The depth of the 68 points, learned on one half of the people, and how well it tells turns on the other. */
export const faceDepthTable: EvalProgram = {
  about: 'the table of src/liveness/depth.ts, and how it agrees with the pose model',
  async run(say) {
    const pool = await createEnginePool({ modelsFolder, queueLimit: 64 });
    const persons = people().filter(({ photos }) => photos > 1);
    const pairs: Record<Half, Pair[]> = { fit: [], judge: [] };
    const lookAt = async (person: string, number: number): Promise<Seen[]> => {
      try {
        const { pose, landmarks } = await pool.examine(toPhoto(face(person, number)), ['pose', 'landmarks']);
        return pose === null || landmarks === null ? [] : [{ pose, landmarks }];
      } catch (error) {
        if (error instanceof FaceError) return [];
        throw error;
      }
    };
    const queue = persons.entries();
    const work = async (): Promise<void> => {
      for (const [at, { person, photos }] of queue) {
        const numbers = Array.from({ length: Math.min(photos, photosOfOne) }, (_, index) => index + 1);
        const seen = (await Promise.all(numbers.map((number) => lookAt(person, number)))).flat();
        for (const frontal of seen.filter(({ pose }) => Math.abs(pose.yawDeg) < 15))
          for (const other of seen) if (other !== frontal) pairs[toHalf(person)].push({ frontal, other });
        if ((at + 1) % 200 === 0) say(`${at + 1} of ${persons.length} people`);
      }
    };
    await Promise.all([work(), work()]);
    await pool.close();

    const turned = pairs.fit.filter(({ frontal, other }) => {
      const { yawDeg, pitchDeg } = toPoseTurn([frontal.pose], other.pose);
      return Math.abs(yawDeg) > leastTurn.yawDeg || Math.abs(pitchDeg) > leastTurn.pitchDeg;
    });
    const pattern = toFirstPattern(
      turned.map(({ frontal, other }) => toParallax(toMeanShape([other.landmarks]), toMeanShape([frontal.landmarks]))),
    );
    const symmetric = pattern.map((value, at) => (value + pattern[mirrored[at]]) / 2);
    const judged = pairs.judge.map(({ frontal, other }) => ({
      pose: toPoseTurn([frontal.pose], other.pose),
      relief: toReliefTurn(toMeanShape([frontal.landmarks]), other.landmarks),
    }));
    return {
      pairs: turned.length,
      greatestDifferenceFromTable: Number(
        Math.max(...symmetric.map((value, at) => Math.abs(value - faceDepth[at]))).toFixed(4),
      ),
      yaw: correlate(judged.map(({ pose, relief }) => [pose.yawDeg, relief.yawDeg] as const)),
      pitch: correlate(judged.map(({ pose, relief }) => [pose.pitchDeg, relief.pitchDeg] as const)),
      depth: symmetric.map((value) => value.toFixed(3)).join(' '),
    };
  },
};
